import { execFile } from "node:child_process";
import { copyFileSync } from "node:fs";
import type { AgentOptions } from "node:https";
import { Agent, get } from "node:https";
import { connect } from "node:tls";
import { promisify } from "node:util";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type Certificates, makeCertificates } from "./certificates.ts";
import { run, start, temporaryFolder, writeConfig } from "./process.ts";
import { key, says, upstream } from "./support.ts";

let folder: string;
let certificates: Certificates;

type Mode = "none" | "optional" | "required";

function configOf(clientCertificate: Mode, more: object = {}, backends: object = {}) {
  return {
    allowRehearsal: true,
    keys: [{ id: key.id, sha256: key.sha256 }],
    backends,
    arbitrage: { strategy: "chain" },
    predictive: { enabled: false },
    listen: {
      port: 0,
      security: {
        mode: "tls",
        certificateFile: "server.pem",
        keyFile: "server.key",
        clientCaFile: "ca.pem",
        clientCertificate,
        ...more,
      },
    },
  };
}

/** A configuration in a folder of its own, with the certificates beside it. */
function written(config: object): string {
  const own = temporaryFolder();
  for (const name of ["ca.pem", "server.pem", "server.key", "client.key"])
    copyFileSync(certificates.at(name), `${own}/${name}`);
  return writeConfig(config, own);
}

const startTls = (mode: Mode, backends: object = {}) =>
  start("router", ["--config", written(configOf(mode, {}, backends))]);

/** The status of /livez, or the code of the error. */
function visit(url: string, options: AgentOptions): Promise<number | string | undefined> {
  const agent = new Agent({ ca: certificates.read("ca.pem"), ...options });
  return new Promise((resolve) => {
    get(`${url}/livez`, { agent }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on("error", (error: NodeJS.ErrnoException) => resolve(error.code));
  });
}

const as = (name: string) => ({ cert: certificates.read(`${name}.pem`), key: certificates.read(`${name}.key`) });

beforeAll(async () => {
  const { mkdtempSync, rmSync } = await import("node:fs");
  const { tmpdir } = await import("node:os");
  folder = mkdtempSync(`${tmpdir()}/router-certificates-`);
  certificates = makeCertificates(folder);
  return () => rmSync(folder, { recursive: true });
});

test("none: HTTPS for everyone who trusts the authority", async () => {
  const { url } = await startTls("none");
  expect(url).toMatch(/^https:/);
  expect(await visit(url, {})).toBe(200);
  expect(await visit(url, { ca: certificates.read("other-ca.pem") })).toBe("UNABLE_TO_VERIFY_LEAF_SIGNATURE");
});

test("required: only a certificate of the clients' authority gets through the handshake", async () => {
  const { url } = await startTls("required");
  expect(await visit(url, as("client"))).toBe(200);
  expect(await visit(url, {})).toMatch(/ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED|ECONNRESET/);
  expect(await visit(url, as("stranger"))).toMatch(/ERR_SSL_.*ALERT|ECONNRESET/);
  expect(await visit(url, { maxVersion: "TLSv1.2" })).toMatch(/ERR_SSL_.*ALERT|ECONNRESET|EPROTO/);
});

test("optional: without a certificate too, but not with a stranger's", async () => {
  const { url } = await startTls("optional");
  expect(await visit(url, {})).toBe(200);
  expect(await visit(url, as("client"))).toBe(200);
  expect(await visit(url, as("stranger"))).toMatch(/ECONNRESET|ERR_SSL/);
});

test("TLS 1.1 is refused, and HTTP/1.1 is what is spoken", async () => {
  const { url } = await startTls("none");
  const old = { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
  expect(await visit(url, old)).not.toBe(200);
  const protocol = await new Promise((resolve, reject) => {
    const options = {
      port: Number(new URL(url).port),
      ca: certificates.read("ca.pem"),
      ALPNProtocols: ["h2", "http/1.1"],
    };
    const socket = connect({ host: "127.0.0.1", ...options }, () => resolve(socket.alpnProtocol));
    socket.on("error", reject);
    onTestFinished(() => void socket.destroy());
  });
  expect(protocol).toBe("http/1.1");
});

test("a TLS router drains without a reset", async () => {
  const { child, url, exit } = await startTls("none");
  const agent = new Agent({ ca: certificates.read("ca.pem"), keepAlive: true, maxSockets: 1 });
  const ask = () =>
    new Promise<string | undefined>((resolve, reject) => {
      get(`${url}/livez`, { agent }, (response) =>
        response.resume().on("end", () => resolve(response.headers.connection)),
      ).on("error", reject);
    });
  expect(await ask()).toBe("keep-alive");
  child.kill("SIGTERM");
  while ((await ask()) === "keep-alive");
  expect(await exit).toMatchObject({ code: 0 });
});

describe("a listener that can't be opened is one clear line", () => {
  test.each([
    ["certificateFile", { certificateFile: "none.pem" }, "ENOENT"],
    ["keyFile", { keyFile: "client.key" }, "give the matching pair"],
    ["keyFile", { keyFile: "ca.pem" }, "an unencrypted PEM private key"],
    ["clientCaFile", { clientCaFile: "server.key" }, "PEM certificates"],
  ])("%s %j", async (field, more, text) => {
    const { code, stderr } = await run("router", ["--config", written(configOf("required", more))]);
    expect(code).toBe(1);
    expect(stderr).toContain(`listen.security.${field}`);
    expect(stderr).toContain(text);
    expect(stderr).not.toMatch(/^\s+at |PRIVATE KEY-/m);
  });
});

test("the official openai client works against it, JSON and streaming, without special settings", async () => {
  const { url } = await upstream(says("rehearsal of the client"));
  const router = await startTls("none", { openai: { baseUrl: url, rehearsal: true, defaultModel: "big" } });
  const program = new URL("openai-client.ts", import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [program], {
    env: {
      PATH: process.env.PATH,
      OPENAI_BASE_URL: `${router.url}/v1`,
      OPENAI_API_KEY: key.key,
      NODE_EXTRA_CA_CERTS: certificates.at("ca.pem"),
    },
  });
  expect(JSON.parse(stdout)).toEqual({
    text: "rehearsal of the client",
    streamed: "rehearsal of the client",
    usage: { prompt_tokens: 2, completion_tokens: 4, total_tokens: 6 },
    models: ["auto", "openai", "openai/big"],
    told: [
      [404, "model_not_found"],
      [400, "invalid_request"],
    ],
  });
});
