import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { type RequestOptions, request } from "node:https";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRehearsal } from "../../../runtime/rehearsal/index.ts";
import { isAlive } from "../../../tools/engine/index.ts";
import { freePort } from "../../../tools/parts/free-port.ts";
import { Clone, finish, type Result } from "../../support/clone.ts";
import { describeWithRedis, RedisServer } from "../../support/redis.ts";

/*
 * What the README says, done in a fresh clone with the real engine: the tests of this file are one story and run in
 * their order.
 */

let clone: Clone;
let port: number;
let rehearsalPort: number;
let original: string;

const canary = "sk-canary-7d1f0c5e9b";
const local = (...parts: string[]): string => join(clone.state, "hybrid-llm", "local", ...parts);
const told = ({ stdout, stderr }: Result): string => `${stdout}\n${stderr}`;

/** The stack's own file with other ports and whatever else a test wants of the router. */
function configure(options: { router?: string; config?: string } = {}): void {
  clone.write(
    "Pulumi.local.yaml",
    `config:
  hybrid-llm:stack:
    kind: local
    rehearsal: { port: ${rehearsalPort} }
    router:
${options.router ?? ""}      versions:
        current:
          config:
${options.config ?? ""}            listen: { port: ${port} }
`,
  );
}

async function listens(onPort: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(onPort, "127.0.0.1");
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

function get(path: string, options: RequestOptions = {}): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const ca = readFileSync(local("client", "ca.pem"));
    const call = request({ host: "localhost", port, path, ca, agent: false, ...options }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    call.on("error", reject);
    call.end();
  });
}

/** Requests in the ledger; undefined while it can't be asked. */
async function counted(): Promise<number | undefined> {
  const authorization = `Bearer ${readFileSync(local("client", "api-key"), "utf8").trim()}`;
  const { status, body } = await get("/v1/costs?group_by=", { headers: { authorization } });
  return status === 200 ? (JSON.parse(body) as { total: { requests: number } }).total.requests : undefined;
}

const supervisorPid = (service: string): number =>
  (JSON.parse(readFileSync(local(service, "supervisor.json"), "utf8")) as { pid: number }).pid;

/** Every file below a folder. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

beforeAll(async () => {
  clone = new Clone();
  original = clone.read("Pulumi.local.yaml");
  [port, rehearsalPort] = [await freePort(), await freePort()];
  configure();
});

afterAll(async () => {
  await clone?.npm("up", ["--destroy"]);
  clone?.remove();
});

describe("a newcomer's first command", () => {
  it("ends with an answer and says how to ask the next question", async () => {
    const result = await clone.npm("up");
    expect(result.code, told(result)).toBe(0);
    expect(result.stdout).toMatch(/^answer {4}This is a rehearsal/m);
    expect(result.stdout).toMatch(/^backend {3}local, model llama3 {2}\(REHEARSAL/m);
    expect(result.stdout).toContain(local("client", "api-key"));
    expect(result.stdout).toContain(local("client", "admin-key"));
    expect(result.stdout).toContain(local("client", "ca.pem"));
  });

  it("prints a curl command that works as it is", async () => {
    const again = await clone.npm("up");
    const command = again.stdout.slice(again.stdout.indexOf("curl --cacert"));
    const answer = await clone.run("sh", ["-c", `${command.trim()} --silent --show-error`]);
    expect(answer.code, told(answer)).toBe(0);
    expect(JSON.parse(answer.stdout)).toMatchObject({ choices: [{ message: { role: "assistant" } }] });
    expect(again.stdout).toMatch(/Resources:\s+\d+ unchanged/);
  });

  it("leaves secrets readable by their owner alone, and the checkout as it was", () => {
    for (const file of [
      local("client", "api-key"),
      local("client", "admin-key"),
      local("client", "client-key.pem"),
      join(clone.state, "hybrid-llm", "passphrase"),
    ]) {
      expect(statSync(file).mode & 0o777, file).toBe(0o600);
    }
    expect(clone.changes().trim()).toBe("M Pulumi.local.yaml");
    expect(clone.read("Pulumi.local.yaml")).not.toContain("encryptionsalt");
  });

  it("is followed by a preview without changes, and by plain pulumi in a shell", async () => {
    const preview = await clone.npm("preview", ["--expect-no-changes"]);
    expect(preview.code, told(preview)).toBe(0);
    expect(preview.stdout).toContain("OFFLINE PROVIDER: tls");
    const shell = await clone.run("sh", [
      "-c",
      'eval "$(npm run -s env)" && pulumi preview -s local --expect-no-changes --non-interactive',
    ]);
    expect(shell.code, told(shell)).toBe(0);
    const plain = await clone.run("sh", [
      "-c",
      'eval "$(npm run -s env)" && pulumi up -s local --yes --expect-no-changes --non-interactive',
    ]);
    expect(plain.code, told(plain)).toBe(0);
  });
});

describe("the ledger", () => {
  it("has what was asked so far, and keeps it while the router is exchanged", async () => {
    const before = (await counted()) ?? 0;
    expect(before).toBeGreaterThanOrEqual(3);
    configure({ config: "            log: { level: debug }\n" });
    const result = await clone.npm("up");
    configure();
    expect(result.code, told(result)).toBe(0);
    expect(result.stdout).toContain("exchanging");
    // The one that drains has the embedded database to its end.
    while ((await counted()) !== before + 1) await sleep(50);
    expect((await clone.npm("up")).code).toBe(0);
  });
});

describe("certificates", () => {
  it("make a chain that openssl accepts, from an RSA 4096 root", () => {
    const file = (name: string) => join(clone.state, name);
    const pems =
      readFileSync(local("client", "client.pem"), "utf8").match(/-----BEGIN[\s\S]+?END CERTIFICATE-----\n/g) ?? [];
    expect(pems).toHaveLength(2);
    writeFileSync(file("leaf.pem"), pems[0] ?? "");
    writeFileSync(file("intermediate.pem"), pems[1] ?? "");
    const openssl = (...args: string[]) => execFileSync("openssl", args, { encoding: "utf8" });
    expect(
      openssl(
        "verify",
        "-x509_strict",
        "-purpose",
        "sslclient",
        "-CAfile",
        local("client", "ca.pem"),
        "-untrusted",
        file("intermediate.pem"),
        file("leaf.pem"),
      ),
    ).toContain("OK");
    expect(openssl("x509", "-in", local("client", "ca.pem"), "-noout", "-text")).toContain("Public-Key: (4096 bit)");
  });

  it("are asked of clients where the stack requires them", async () => {
    configure({ router: "      clientCertificate: required\n" });
    const result = await clone.npm("up");
    expect(result.code, told(result)).toBe(0);
    await expect(get("/livez")).rejects.toThrow(/alert|ECONNRESET|socket hang up/i);
    const cert = readFileSync(local("client", "client.pem"));
    const key = readFileSync(local("client", "client-key.pem"));
    expect((await get("/livez", { cert, key })).status).toBe(200);
    configure();
    expect((await clone.npm("up")).code).toBe(0);
    expect((await get("/livez")).status).toBe(200);
  });
});

describe("a provider's key in the environment", () => {
  it("is used, and written nowhere", async () => {
    const upstream = await startRehearsal();
    try {
      configure({ config: `            backends: { openai: { baseUrl: "${upstream.url}/v1" } }\n` });
      const up = await clone.npm("up", [], { OPENAI_API_KEY: canary });
      expect(up.code, told(up)).toBe(0);
      expect(up.stdout).toMatch(/^backend {3}openai, /m);
      expect(up.stdout).not.toContain("(REHEARSAL");
      expect(upstream.requests.length).toBeGreaterThan(0);

      const exported = await clone.run("sh", ["-c", 'eval "$(npm run -s env)" && pulumi stack export -s local']);
      expect(exported.code, told(exported)).toBe(0);
      const apiKey = readFileSync(local("client", "api-key"), "utf8").trim();
      const state = exported.stdout;
      expect(state).toContain("machine:index:Service");
      expect(state).not.toContain(canary);
      expect(state).not.toContain(apiKey);
      expect(state).not.toContain("PRIVATE KEY");
      for (const file of filesBelow(clone.state)) {
        const text = readFileSync(file, "latin1");
        expect(text.includes(canary), file).toBe(false);
        if (!file.endsWith("/api-key")) expect(text.includes(apiKey), file).toBe(false);
      }
      expect(`${told(up)}${readFileSync(`/proc/${supervisorPid("router")}/cmdline`, "latin1")}`).not.toContain(canary);
    } finally {
      configure();
      const back = await clone.npm("up");
      await upstream.close();
      expect(back.code, told(back)).toBe(0);
    }
  });
});

describeWithRedis("an environment file", () => {
  it("gives the router what others may not see, and is refused where they can read it", async () => {
    const redis = await RedisServer.start();
    const file = join(clone.state, "router.env");
    const write = (more = "") =>
      writeFileSync(file, `REDIS_URL=${redis.url}\nHOOK=${canary}\n${more}`, { mode: 0o600 });
    const options = { router: `      environmentFile: ${file}\n` };
    try {
      write();
      configure(options);
      const up = await clone.npm("up");
      expect(up.code, told(up)).toBe(0);
      expect(String(await redis.command("KEYS", "*"))).toContain("daily_spend");
      const exported = await clone.run("sh", ["-c", 'eval "$(npm run -s env)" && pulumi stack export -s local']);
      expect(exported.stdout).toContain(file);
      for (const place of [told(up), exported.stdout]) expect(place).not.toContain(canary);
      for (const other of filesBelow(clone.state)) {
        if (other !== file) expect(readFileSync(other, "latin1").includes(canary), other).toBe(false);
      }
      const unchanged = await clone.npm("preview", ["--expect-no-changes"]);
      expect(unchanged.code, told(unchanged)).toBe(0);

      write("MORE=1\n");
      chmodSync(file, 0o644);
      const refused = await clone.npm("up");
      expect(refused.code).not.toBe(0);
      expect(told(refused)).toContain("chmod 600 it");
      expect((await get("/livez")).status).toBe(200);
    } finally {
      configure();
      const back = await clone.npm("up");
      await redis.stop();
      expect(back.code, told(back)).toBe(0);
    }
  });
});

describe("what goes wrong", () => {
  it("three mistakes in the stack's file are three messages of one run", async () => {
    configure({ router: "      workers: 0\n      rooter: 1\n", config: "            failoverChain: [claud]\n" });
    const result = await clone.npm("preview");
    configure();
    expect(result.code).not.toBe(0);
    expect(told(result)).toContain("Pulumi.local.yaml: 3 problems");
    expect(told(result)).toMatch(/router\.workers \(line 6\): given 0; allowed: a number of at least 1/);
    expect(told(result)).toMatch(
      /router\.rooter \(line 7\): allowed: the keys .+; did you mean rollout\?|router\.rooter \(line 7\)/,
    );
    expect(told(result)).toMatch(/failoverChain\[0\] \(line 11\): given "claud"; .+ did you mean claude\?/);
    expect(told(result)).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m);
  });

  it("a wrong passphrase is one clear line", async () => {
    const result = await clone.npm("preview", [], { PULUMI_CONFIG_PASSPHRASE: "not it" });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("The passphrase does not open this stack's secrets.");
  });

  it("a process that was killed is noticed and started again by the next up", async () => {
    const before = supervisorPid("router");
    process.kill(before, "SIGKILL");
    while (await listens(port)) await sleep(50);
    const preview = await clone.npm("preview", ["--expect-no-changes"]);
    expect(preview.code).not.toBe(0);
    const result = await clone.npm("up");
    expect(result.code, told(result)).toBe(0);
    expect(supervisorPid("router")).not.toBe(before);
  });

  it("an up that was killed midway goes on with the next one", async () => {
    configure({ config: "            log: { level: debug }\n" });
    const child = clone.start("npm", ["run", "-s", "up"]);
    const ended = finish(child);
    await new Promise<void>((resolve) => {
      child.stdout?.on("data", (text: string) => {
        if (/updat(ing|ed)/.test(text)) resolve();
      });
      child.on("close", () => resolve());
    });
    if (child.pid) process.kill(-child.pid, "SIGKILL");
    await ended;
    configure();
    const result = await clone.npm("up");
    expect(result.code, told(result)).toBe(0);
    expect(result.stdout).toMatch(/^answer {4}/m);
  });

  it("a port that somebody else holds is named, and the router that runs goes on", async () => {
    const other = await startRehearsal();
    const held = Number(new URL(other.url).port);
    const mine = port;
    try {
      port = held;
      configure();
      const result = await clone.npm("up");
      expect(result.code).toBe(1);
      expect(told(result)).toContain(String(held));
      expect(told(result)).toMatch(/in use|EADDRINUSE/);
    } finally {
      port = mine;
      configure();
      await other.close();
    }
    expect((await get("/livez")).status).toBe(200);
    const back = await clone.npm("up");
    expect(back.code, told(back)).toBe(0);
  });

  it("a stack that is not there names those that are", async () => {
    const result = await clone.npm("up", ["staging"]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("use one of airgap, cluster, dev, local, prod");
  });

  it("dev and prod are not brought up with their state on this machine", async () => {
    const result = await clone.npm("up", ["prod", "--yes"]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("PULUMI_BACKEND_URL");
  });
});

describe("the other stacks", () => {
  it.each(["cluster", "dev", "prod", "airgap"])(
    "%s previews without a cluster, an account or a secret",
    async (stack) => {
      const result = await clone.npm("preview", [stack]);
      expect(result.code, told(result)).toBe(0);
      expect(result.stdout).toMatch(/tls:index:SelfSignedCert pki-root-g1-certificate/);
      expect(clone.changes().trim()).toBe("M Pulumi.local.yaml");
    },
  );
});

describe("taking the stack down", () => {
  it("leaves no process, port or file behind", async () => {
    const pids = [supervisorPid("router"), supervisorPid("rehearsal")];
    const result = await clone.npm("up", ["--destroy"]);
    expect(result.code, told(result)).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(await listens(port)).toBe(false);
    expect(await listens(rehearsalPort)).toBe(false);
    expect(existsSync(local())).toBe(false);
    clone.write("Pulumi.local.yaml", original);
    expect(clone.changes()).toBe("");
  });

  it("is no error when it is down already", async () => {
    const result = await clone.npm("up", ["--destroy"]);
    expect(result.code, told(result)).toBe(0);
    expect(result.stdout).toContain("nothing to take down");
  });
});
