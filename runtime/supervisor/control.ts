import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Command, Reply } from "./protocol.ts";

/** `sun_path` of unix(7) holds 108 bytes on Linux and 104 on macOS, the closing zero included. */
const longestPath = 103;

/** Where the control socket of a directory goes: into it, or where its path is too long for one, a private folder. */
export function controlPath(directory: string, temporary = tmpdir()): string {
  const path = join(directory, "control.sock");
  if (Buffer.byteLength(path) <= longestPath) return path;
  const short = Buffer.byteLength(temporary) <= 60 ? temporary : "/tmp";
  return join(mkdtempSync(join(short, "hybrid-llm-")), "control.sock");
}

/** Removes the socket, and the private folder if it was in one. */
export function removeControl(path: string, directory: string): void {
  rmSync(path, { force: true });
  if (dirname(path) !== directory) rmSync(dirname(path), { recursive: true, force: true });
}

export interface Control {
  /** Lets replies that are under way be sent, and closes. */
  close(): Promise<void>;
}

const longestCommand = 1024 * 1024;

/** Answers commands, one a line; only this user can open the socket. */
export async function serveControl(path: string, answer: (command: Command) => Promise<Reply>): Promise<Control> {
  const busy = new Set<Promise<void>>();
  const server = net.createServer((connection) => {
    let pending = "";
    connection.setEncoding("utf8");
    connection.on("error", () => connection.destroy());
    connection.on("data", (text: string) => {
      const lines = (pending + text).split("\n");
      pending = lines.pop() ?? "";
      if (pending.length > longestCommand) connection.destroy();
      for (const line of lines) {
        const work = reply(line).finally(() => busy.delete(work));
        busy.add(work);
      }
    });
    const reply = async (line: string): Promise<void> => {
      const result = await parse(line).then(answer).catch(refuse);
      if (connection.writable)
        await new Promise<void>((sent) => connection.write(`${JSON.stringify(result)}\n`, () => sent()));
    };
  });
  // Between bind(2) and chmod(2) the socket has the mode of the umask; the directory around it is closed to others.
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  return {
    close: async () => {
      server.close();
      await Promise.race([Promise.allSettled(busy), new Promise((resolve) => setTimeout(resolve, 1000).unref())]);
    },
  };
}

async function parse(line: string): Promise<Command> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new Error("a command is one line of JSON");
  }
  const { command } = (value ?? {}) as { readonly command?: unknown };
  if (command === "status" || command === "stop" || command === "exchange") return value as Command;
  throw new Error(`no such command: ${String(command)}; there are status, exchange and stop`);
}

function refuse(error: unknown): Reply {
  return { ok: false, error: error instanceof Error ? error.message : String(error), log: [] };
}
