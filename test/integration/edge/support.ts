import { readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { Miniflare } from "miniflare";
import { onTestFinished } from "vitest";
import { edgeCompatibilityDate } from "../../../infra/edge/index.ts";
import { bundleRuntime } from "../../../infra/machine/index.ts";
import { issueKey, type RouterConfigInput } from "../../../runtime/config/index.ts";
import type { RehearsalScriptInput } from "../../../runtime/rehearsal/index.ts";
import { eventually } from "../../support/wait.ts";
import { temporaryFolder } from "../router/process.ts";
import { chatPath, jsonType, key, says } from "../router/support.ts";
import { counting, type RouterProcess, routerProcess } from "../spending/processes.ts";

/** Of the same tenant as the suite's, of another one, and one to administer. */
export const siblingKey = issueKey();
export const labKey = issueKey();
export const adminKey = issueKey();

export const exact = { model: "openai", messages: [{ role: "user" as const, content: "hello" }], temperature: 0 };

/** The worker in workerd. */
export interface Worker {
  readonly url: string;
  /** All that it has said. */
  readonly said: () => string;
  /** What is in KV. */
  kept(): Promise<Kept[]>;
}

export interface Kept {
  readonly name: string;
  readonly metadata: unknown;
  readonly value: Buffer;
}

/** Miniflare has its types from a package of types for workers, which nothing else here needs. */
interface Namespace {
  list(): Promise<{ keys: { readonly name: string; readonly metadata?: unknown }[] }>;
  get(name: string, type: "arrayBuffer"): Promise<ArrayBuffer | null>;
}

export interface WorkerOptions {
  readonly cacheSeconds?: number;
  readonly confirmSeconds?: number;
  /** Its KV is there; else each call of it fails. */
  readonly keeps?: boolean;
}

/** Runs the worker with a KV of which every call fails: Miniflare's own can't be made to. */
const withoutKv = `
import worker from "./worker.js";
const down = async () => { throw new Error("down"); };
export default { fetch: (request, environment, context) =>
  worker.fetch(request, { ...environment, KEPT: { get: down, put: down, delete: down } }, context) };
`;

/** The bundle as it is deployed, before whatever listens at an address. */
export async function worker(
  origin: string,
  { cacheSeconds = 300, confirmSeconds = 60, keeps = true }: WorkerOptions = {},
): Promise<Worker> {
  const { path } = await bundleRuntime("edge/main.ts");
  let said = "";
  const flare = new Miniflare({
    modules: [
      ...(keeps ? [] : [{ type: "ESModule" as const, path: "main.mjs", contents: withoutKv }]),
      { type: "ESModule", path: "worker.js", contents: readFileSync(path, "utf8") },
    ],
    compatibilityDate: edgeCompatibilityDate,
    bindings: { CACHE_SECONDS: String(cacheSeconds), CONFIRM_SECONDS: String(confirmSeconds) },
    kvNamespaces: ["KEPT"],
    outboundService: { external: { address: new URL(origin).host, http: {} } },
    handleRuntimeStdio: (out: Readable, error: Readable) => {
      for (const stream of [out, error]) stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
    },
  });
  onTestFinished(() => flare.dispose());
  const url = (await flare.ready).origin;
  return {
    url,
    said: () => said,
    async kept() {
      const namespace = (await flare.getKVNamespace("KEPT")) as unknown as Namespace;
      const { keys } = await namespace.list();
      return Promise.all(
        keys.map(async ({ name, metadata }) => {
          const value = await namespace.get(name, "arrayBuffer");
          return { name, metadata, value: Buffer.from(value ?? new ArrayBuffer(0)) };
        }),
      );
    },
  };
}

/** A worker before a router of its own process, whose provider counts what it is asked. */
export async function edgeAndRouter(
  options: WorkerOptions & { readonly config?: RouterConfigInput; readonly script?: RehearsalScriptInput } = {},
) {
  const { config = {}, script = says("rehearsal one two"), ...worked } = options;
  const openai = await counting(script);
  const router: RouterProcess = await routerProcess(
    {
      failoverChain: ["openai"],
      backends: { openai: { baseUrl: openai.url, rehearsal: true, defaultModel: "big" } },
      prices: { "openai/big": { input: 1_000, output: 1_000 } },
      budgets: { stack: { day: 1_000_000 } },
      cache: { enabled: true, edgeTtlMs: 3_600_000 },
      keys: [
        { id: key.id, sha256: key.sha256, tenant: "school" },
        { id: siblingKey.id, sha256: siblingKey.sha256, tenant: "school" },
        { id: labKey.id, sha256: labKey.sha256, tenant: "lab" },
        { id: adminKey.id, sha256: adminKey.sha256, tenant: "office", role: "admin" },
      ],
      ...config,
    },
    {},
    temporaryFolder(),
  );
  return { openai, router, edge: await worker(router.url, worked) };
}

export interface Question {
  readonly body?: object;
  readonly headers?: Record<string, string>;
  readonly path?: string;
  readonly apiKey?: string;
}

/** Asks, and reads to the end. */
export async function ask(
  url: string,
  { body = exact, headers = {}, path = chatPath, apiKey = key.key }: Question = {},
) {
  const response = await fetch(url + path, {
    method: "POST",
    headers: { authorization: `Bearer ${apiKey}`, ...jsonType, ...headers },
    body: JSON.stringify(body),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const { headers: told, status } = response;
  return { status, headers: told, bytes, text: bytes.toString(), edge: told.get("x-router-edge") };
}

/** Asks until the edge itself answers, as it does a moment after a question was asked for the second time. */
export const untilHit = (url: string, question: Question = {}) =>
  eventually("an answer of the edge", async () => {
    const answer = await ask(url, question);
    return answer.edge === "hit" && answer;
  });
