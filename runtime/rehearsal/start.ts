import { addressUrl, drainable, listen, type Running } from "../router/serving/index.ts";
import type { PerformedChat, ReceivedRequest } from "./received.ts";
import { parseScript, type RehearsalScriptInput } from "./script.ts";
import { createRehearsal } from "./server.ts";

export interface RehearsalOptions {
  /** Loopback; 127.0.0.1 by default. */
  readonly host?: string;
  /** A free one by default. */
  readonly port?: number;
  readonly script?: RehearsalScriptInput;
  /** Called when a chat request has come and it is clear what becomes of it. */
  readonly onChat?: (chat: PerformedChat) => void;
}

export interface Rehearsal extends Running {
  /** Replaces the script; its rules count anew. */
  setScript(script: RehearsalScriptInput): void;
  /** What was received, oldest first, without the controls' own requests. */
  readonly requests: readonly ReceivedRequest[];
  /** The chats among them and what became of each, oldest first. */
  readonly chats: readonly PerformedChat[];
  /** Ends at once, whatever is open. */
  close(): Promise<void>;
}

/**
 * Starts a provider whose answers are scripted.
 *
 * @throws ConfigurationError, ListenError
 */
export async function startRehearsal(options: RehearsalOptions = {}): Promise<Rehearsal> {
  const { server, stage, requests, chats } = createRehearsal(() => !control.draining, options.onChat);
  const control = drainable(server);
  const setScript = (script: RehearsalScriptInput) => stage.set(parseScript(script, "script"));
  if (options.script) setScript(options.script);
  const address = await listen(server, options.host ?? "127.0.0.1", options.port ?? 0);
  return {
    url: addressUrl("http", address),
    setScript,
    requests,
    chats,
    async drain() {
      await control.drain({ drainMs: 10_000 });
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
