import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type RequestOptions, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createSecureContext, type SecureContext } from "node:tls";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Bundle, bundleRuntime } from "../../../infra/machine/index.ts";
import { issueKey, renderJson } from "../../../runtime/config/index.ts";
import { type Rehearsal, startRehearsal } from "../../../runtime/rehearsal/index.ts";
import { bringIntoService, takeDown } from "../../../tools/machine/deployment.ts";
import { freePort } from "../../../tools/parts/free-port.ts";
import { type Certificates, makeCertificates } from "../router/certificates.ts";

/*
 * The router itself, over HTTPS and with a question in every request, exchanged beneath its listening socket. It proves
 * nothing of a supervisor that is exchanged, which has a short gap.
 */

const exchanges = 10;
/** New connections a second that are aimed at; a busy machine makes fewer of them, which loses nothing. */
const perSecond = 200;
/** So that a machine that is too slow for this rate isn't buried under it. */
const mostUnderWay = 50;

const folder = mkdtempSync(join(tmpdir(), "hybrid-llm-exchange-"));
const directory = join(folder, "router");
const key = issueKey();
let certificates: Certificates;
let trusted: SecureContext;
let upstream: Rehearsal;
let bundles: readonly Bundle[];
let supervisor: Bundle;

beforeAll(async () => {
  certificates = makeCertificates(folder);
  trusted = createSecureContext({ ca: certificates.read("ca.pem") });
  upstream = await startRehearsal({ script: { rules: [{ behaviour: { text: "here I am" } }] } });
  supervisor = await bundleRuntime("supervisor/main.ts");
  const router = await bundleRuntime("router/main.ts");
  bundles = [router, another(router)];
});

afterAll(async () => {
  await takeDown(directory, 1);
  await upstream?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The same program as another file, so that the bundle changes and not only the configuration. */
function another({ path }: Bundle): Bundle {
  const text = `${readFileSync(path, "utf8")}\n// another\n`;
  const file = join(folder, "another.mjs");
  writeFileSync(file, text);
  return { path: file, sha256: createHash("sha256").update(text).digest("hex") };
}

function bring(round: number, port: number) {
  const configuration = renderJson({
    name: `round ${round}`,
    allowRehearsal: true,
    listen: { port, security: { mode: "tls", certificateFile: "tls/server.pem", keyFile: "tls/server-key.pem" } },
    keys: [{ id: key.id, sha256: key.sha256 }],
    backends: { openai: { baseUrl: `${upstream.url}/v1`, rehearsal: true, defaultModel: "big" } },
    failoverChain: ["openai"],
    // The provider is this process, which is the load as well: its slowness is not what is tested.
    deadlines: { connectMs: 60_000, firstTokenMs: 60_000 },
  });
  return bringIntoService(
    {
      name: "router",
      directory,
      bundle: bundles[round % 2] as Bundle,
      supervisor,
      configuration,
      files: {
        "tls/server.pem": certificates.read("server.pem").toString(),
        "tls/server-key.pem": certificates.read("server.key").toString(),
      },
      listen: { host: "127.0.0.1", port },
      workers: 1,
      startSeconds: 60,
      drainSeconds: 30,
      environment: {},
      secretVariables: [],
    },
    { signal: new AbortController().signal, log: { info() {}, warn() {}, error() {}, debug() {}, status() {} } },
  );
}

/** One question over a connection of its own; what went wrong, or the name of the router that has answered. */
function question(port: number): Promise<{ failure?: string }> {
  const body = JSON.stringify({ model: "auto", messages: [{ role: "user", content: "where are you?" }] });
  // Node takes it, its types don't say so: parsing the authority for each connection would cost the load half its rate.
  const options: RequestOptions & { secureContext: SecureContext } = {
    host: "localhost",
    port,
    path: "/v1/chat/completions",
    method: "POST",
    agent: false,
    secureContext: trusted,
    headers: {
      authorization: `Bearer ${key.key}`,
      "content-type": "application/json",
      "content-length": body.length,
    },
  };
  return new Promise((resolve) => {
    const call = request(options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("error", (error) => resolve({ failure: error.message }));
      response.on("end", () => {
        const whole = response.statusCode === 200 && text.includes("here I am");
        resolve(whole ? {} : { failure: `${response.statusCode}: ${text.slice(0, 200)}` });
      });
    });
    call.on("error", (error) => resolve({ failure: error.message }));
    call.end(body);
  });
}

it("ten exchanges of bundle and configuration under load fail no request and reset no connection", async () => {
  const port = await freePort();
  const begun = await bring(0, port);
  const asked: Promise<{ failure?: string }>[] = [];
  let asking = true;
  let underWay = 0;
  const load = (async () => {
    for (let due = 0, began = performance.now(); asking; due = ((performance.now() - began) * perSecond) / 1000) {
      // By the clock, so that a slow turn is made up for; what a busy machine can't do at all is let go.
      if (due - asked.length > perSecond) began += 1000;
      while (asked.length < due && underWay < mostUnderWay) {
        underWay += 1;
        asked.push(question(port).finally(() => (underWay -= 1)));
      }
      await sleep(1);
    }
  })();
  const versions = new Set<string>();
  try {
    for (let round = 1; round <= exchanges; round++) {
      const before = asked.length;
      const now = await bring(round, port);
      versions.add(now.version);
      expect(now).toMatchObject({ state: "running", pid: begun.pid, address: { port } });
      while (asked.length < before + 50) await sleep(10);
    }
  } finally {
    asking = false;
    await load;
  }
  const failures = (await Promise.all(asked)).flatMap(({ failure }) => failure ?? []);
  expect(failures).toEqual([]);
  expect(versions.size).toBe(exchanges);
  expect(asked.length).toBeGreaterThanOrEqual(exchanges * 50);
});
