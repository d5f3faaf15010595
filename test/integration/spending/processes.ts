import { once } from "node:events";
import { onTestFinished } from "vitest";
import type { RouterConfigInput } from "../../../runtime/config/index.ts";
import { type PerformedChat, type RehearsalScriptInput, startRehearsal } from "../../../runtime/rehearsal/index.ts";
import { start, writeConfig } from "../router/process.ts";
import { bearer, jsonType, key } from "../router/support.ts";

/** A provider that remembers all that it was asked, however much that is. */
export async function counting(script: RehearsalScriptInput = {}) {
  const chats: PerformedChat[] = [];
  const rehearsal = await startRehearsal({ script, onChat: (chat) => void chats.push(chat) });
  onTestFinished(() => rehearsal.close());
  return { ...rehearsal, url: rehearsal.url, every: chats as readonly PerformedChat[] };
}

export const common = {
  allowRehearsal: true,
  retries: { max: 0 },
  keys: [{ id: key.id, sha256: key.sha256, tenant: "school" }],
} satisfies RouterConfigInput;

export interface RouterProcess {
  readonly url: string;
  readonly output: () => string;
  /** Without a warning. */
  kill(): Promise<void>;
}

/** A router as a process of its own. */
export async function routerProcess(
  config: RouterConfigInput,
  environment: NodeJS.ProcessEnv,
  folder?: string,
): Promise<RouterProcess> {
  const file = writeConfig({ ...common, ...config, listen: { port: 0 } }, folder);
  const { child, url, output } = await start("router", ["--config", file], environment);
  const kill = async () => {
    const closed = once(child, "close");
    child.kill("SIGKILL");
    await closed;
  };
  return { url, output, kill };
}

export interface Asked {
  readonly body: object;
  readonly headers?: Record<string, string>;
  /** The client leaves after so many milliseconds. */
  readonly leavesAfterMs?: number;
}

/** Asks and reads to the end; the status, or 0 where the connection was lost or left. */
export async function ask(url: string, { body, headers = {}, leavesAfterMs }: Asked): Promise<number> {
  const leaving = new AbortController();
  const timer = leavesAfterMs === undefined ? undefined : setTimeout(() => leaving.abort(), leavesAfterMs);
  try {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { ...bearer, ...jsonType, ...headers },
      body: JSON.stringify({ messages: [{ role: "user", content: "hello" }], ...body }),
      signal: leaving.signal,
    });
    await response.text();
    return response.status;
  } catch {
    return 0;
  } finally {
    clearTimeout(timer);
  }
}

/** Works on `items`, so many at a time. */
export async function inParallel<Item>(
  items: Iterable<Item>,
  width: number,
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  const left = items[Symbol.iterator]();
  const one = async () => {
    for (let next = left.next(); !next.done; next = left.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: width }, one));
}
