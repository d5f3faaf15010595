import { type ChildProcess, execFile, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterEach, beforeEach, expect, it } from "vitest";
import { redisServer as podAt } from "../../../infra/data/places.ts";
import {
  joinScript,
  pingScript,
  redisConf,
  redisMounts,
  renewScript,
  startScript,
} from "../../../infra/data/redis-settings.ts";
import { freePort } from "../../../tools/parts/free-port.ts";
import { describeWithRedis } from "../../support/redis.ts";
import { eventually } from "../../support/wait.ts";
import { makeCertificates } from "../router/certificates.ts";

const password = "0123456789abcdef";

/** A server as its pod has it, on a loopback address of its own: what is mounted there lies in a folder here. */
class Pod {
  readonly folder = mkdtempSync(join(tmpdir(), "hybrid-llm-redis-pod-"));
  readonly address: string;
  readonly port: number;
  readonly #child: ChildProcess;

  constructor(index: number, port: number, cluster: boolean, authority: string) {
    this.address = `127.0.0.${index + 2}`;
    this.port = port;
    for (const place of Object.keys(redisMounts)) mkdirSync(join(this.folder, place));
    for (const [file, to] of [
      ["peer.pem", "tls/tls.crt"],
      ["peer.key", "tls/tls.key"],
      ["ca.pem", "tls/ca.crt"],
    ] as const) {
      cpSync(join(authority, file), join(this.folder, to));
    }
    writeFileSync(join(this.folder, "password/password"), password);
    const conf = `${redisConf({ cluster, memoryGiB: 1 })}bind ${this.address}\nbind-source-addr ${this.address}\nprotected-mode no\n`;
    writeFileSync(join(this.folder, "settings/redis.conf"), this.placed(conf));
    const env = { ...process.env, POD_NAME: `redis-${index}` };
    this.#child = spawn("/bin/sh", ["-c", this.placed(startScript("redis", cluster))], { env, stdio: "ignore" });
  }

  placed(text: string): string {
    const places = Object.entries(redisMounts).reverse();
    return places
      .reduce(
        (whole, [place, path]) => whole.replaceAll(new RegExp(`${path}(?=[/\\s]|$)`, "gm"), join(this.folder, place)),
        text,
      )
      .replaceAll("6379", String(this.port))
      .replaceAll("-h 127.0.0.1 ", `-h ${this.address} `);
  }

  /** Its exit code, and what it said. */
  run(script: string): Promise<{ code: number; said: string }> {
    return new Promise((resolve) => {
      execFile("/bin/sh", ["-c", this.placed(script)], (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === "number" ? error.code : 0, said: stdout + stderr });
      });
    });
  }

  stop(): void {
    this.#child.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** With room for the bus's port above it. */
async function freePortForBus(): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (port < 50_000) return port;
  }
}

describeWithRedis("Redis as its pod starts it", () => {
  const pods: Pod[] = [];
  let authority = "";
  beforeEach(() => {
    authority = mkdtempSync(join(tmpdir(), "hybrid-llm-redis-ca-"));
  });
  const start = async (count: number, cluster: boolean) => {
    const port = await freePortForBus();
    // One authority, and a pair for both ends: on the cluster's bus servers are each other's clients.
    makeCertificates(authority);
    for (let index = 0; index < count; index += 1) pods.push(new Pod(index, port, cluster, authority));
    for (const pod of pods) {
      await eventually(`Redis on ${pod.address}`, async () => (await pod.run(pingScript("redis"))).code === 0);
    }
    const [first] = pods;
    if (!first) throw new Error("no pod");
    return first;
  };
  afterEach(() => {
    for (const pod of pods.splice(0)) pod.stop();
    rmSync(authority, { recursive: true, force: true });
  });

  it("lets in who has TLS and the password, never evicts, and takes up a renewed certificate", async () => {
    const pod = await start(1, false);
    const open = (options: object) => {
      const client = new Redis({
        host: pod.address,
        port: pod.port,
        lazyConnect: true,
        retryStrategy: () => null,
        ...options,
      });
      client.on("error", () => {});
      return client;
    };
    const tls = { rejectUnauthorized: false };
    const client = open({ tls, password });
    await client.connect();
    expect(await client.config("GET", "maxmemory-policy")).toEqual(["maxmemory-policy", "noeviction"]);
    expect(await client.config("GET", "appendonly")).toEqual(["appendonly", "yes"]);
    expect(await client.set("a", "1")).toBe("OK");
    client.disconnect();
    for (const options of [{ password }, { tls, password: "wrong" }]) {
      const other = open(options);
      await expect(other.connect().then(() => other.ping())).rejects.toThrow();
      other.disconnect();
    }
    const once = renewScript("redis")
      .replace(/^while.*\n.*sleep.*\n/m, "")
      .replace(/^done\n/m, "");
    expect(await pod.run(once)).toEqual({ code: 0, said: "" });
  });

  it("is one cluster of three, once, whoever runs the job again", async () => {
    const pod = await start(3, true);
    const script = pods.reduce(
      (text, { address }, index) => text.replaceAll(podAt(index).host, address),
      joinScript("redis", 3, 0),
    );
    const first = await pod.run(script);
    expect(first).toMatchObject({ code: 0 });
    expect(first.said).not.toContain(password);
    await eventually("a whole cluster", async () => {
      const { said } = await pod.run(pingScript("redis").replace(/ping \|.*/, "cluster info"));
      return said.includes("cluster_state:ok") && said.includes("cluster_known_nodes:3");
    });
    expect(await pod.run(script)).toEqual({ code: 0, said: "" });
    const larger = script.replace("cluster_known_nodes:3", "cluster_known_nodes:4");
    expect(await pod.run(larger)).toMatchObject({
      code: 1,
      said: expect.stringContaining("a cluster of another size"),
    });
  });
});
