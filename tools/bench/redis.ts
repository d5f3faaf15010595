import { Failure } from "../engine/index.ts";
import { freePort } from "../parts/free-port.ts";
import { redisServer } from "../parts/index.ts";
import { Child } from "./child.ts";

/** @throws Failure where there is none */
export function redisCommand(): string {
  const command = redisServer();
  if (command) return command;
  throw new Failure("There is no Redis here.", ["on Debian, as root: apt-get install -y redis-server"]);
}

/** A Redis of the benchmark's own on loopback, which keeps nothing. */
export async function startRedis(command: string, folder: string): Promise<{ child: Child; port: number }> {
  const port = await freePort();
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder];
  const child = new Child({ name: "redis", command, args, folder });
  await child.listening(port, 10_000);
  return { child, port };
}
