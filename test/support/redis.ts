import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { freePort } from "../../tools/parts/free-port.ts";
import { redis, redisServer } from "../../tools/parts/index.ts";
import { describeWith } from "./part.ts";
import { eventually } from "./wait.ts";

export const describeWithRedis = (name: string, tests: () => void): void => describeWith(redis, name, tests);

export interface RedisServerOptions {
  /** The port of a server that was there before; a free one by default. */
  readonly port?: number;
  /** Further settings, as on its command line: `["--replicaof", "127.0.0.1 7000"]`. */
  readonly settings?: readonly string[];
}

/** A Redis on loopback that keeps nothing on disk. */
export class RedisServer {
  readonly port: number;
  readonly url: string;
  readonly #process: ChildProcess;
  readonly #directory: string;
  readonly #ended: Promise<void>;

  private constructor(port: number, process: ChildProcess, directory: string) {
    this.port = port;
    this.url = `redis://127.0.0.1:${port}`;
    this.#process = process;
    this.#directory = directory;
    this.#ended = new Promise((resolve) => process.once("close", () => resolve()));
  }

  static async start({ port, settings = [] }: RedisServerOptions = {}): Promise<RedisServer> {
    const directory = mkdtempSync(join(tmpdir(), "hybrid-llm-redis-"));
    const listen = port ?? (await freePort());
    const common = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", directory];
    const atOnce = ["--repl-diskless-sync-delay", "0"];
    const child = spawn(
      redisServer() ?? "redis-server",
      ["--port", String(listen), ...common, ...atOnce, ...settings],
      {
        stdio: "ignore",
      },
    );
    const server = new RedisServer(listen, child, directory);
    await eventually(`Redis on port ${listen}`, async () => {
      if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
      return (await server.command("PING")) === "PONG";
    });
    return server;
  }

  /** One command, on a connection of its own. */
  async command(name: string, ...values: string[]): Promise<unknown> {
    const client = new Redis(this.url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
    client.on("error", () => {});
    try {
      await client.connect();
      return await client.call(name, ...values);
    } finally {
      client.disconnect();
    }
  }

  /** It stands still, and then goes on with all that it was told meanwhile. */
  async standstill(work: () => Promise<void>): Promise<void> {
    this.#process.kill("SIGSTOP");
    try {
      await work();
    } finally {
      this.#process.kill("SIGCONT");
    }
  }

  /** Without a chance to say or save anything. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** Three primaries that share the slots of a cluster. */
export async function startRedisCluster(): Promise<{ servers: RedisServer[]; stop(): Promise<void> }> {
  const settings = ["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"];
  const busPorts = [await freePort(), await freePort(), await freePort()];
  const nodes: RedisServer[] = [];
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    for (const port of busPorts) {
      nodes.push(await RedisServer.start({ settings: [...settings, "--cluster-port", String(port)] }));
    }
    const [first] = nodes;
    await Promise.all(
      nodes.map(async (node, index) => {
        const from = Math.floor((16_384 * index) / 3);
        const to = Math.floor((16_384 * (index + 1)) / 3) - 1;
        await node.command("CLUSTER", "ADDSLOTSRANGE", String(from), String(to));
        // The nodes talk to each other on a second port, which need not be the first plus 10,000.
        const address = ["127.0.0.1", String(first?.port), String(busPorts[0])];
        if (node !== first) await node.command("CLUSTER", "MEET", ...address);
      }),
    );
    await eventually("a whole cluster", async () => {
      const told = await Promise.all(nodes.map(async (node) => String(await node.command("CLUSTER", "INFO"))));
      return told.every((text) => text.includes("cluster_state:ok") && text.includes("cluster_known_nodes:3"));
    });
    return { servers: nodes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
