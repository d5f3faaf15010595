import { join } from "node:path";
import { Child } from "../child.ts";

/** A server of the benchmark's own, as a process. */
export interface Server {
  readonly child: Child;
  readonly port: number;
}

/** Starts one of the servers of this folder and resolves once it listens. */
export async function startServer(
  which: "upstream" | "bare" | "collector",
  folder: string,
  args: readonly string[] = [],
): Promise<Server> {
  const child = new Child({
    name: which,
    command: process.execPath,
    args: [join(import.meta.dirname, `${which}.ts`), ...args],
    folder,
    channel: true,
  });
  const { port } = await child.message<{ port: number }>();
  return { child, port };
}
