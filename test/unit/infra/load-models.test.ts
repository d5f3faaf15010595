import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadOrders, type TritonModel } from "../../../infra/models/index.ts";
import { renderJson } from "../../../runtime/config/index.ts";

const script = new URL("../../../infra/models/load_models.py", import.meta.url).pathname;

interface Ran {
  readonly code: number;
  readonly problem: string;
  /** What the server was asked, with the configuration that a load brought. */
  readonly asked: readonly (readonly [string, unknown])[];
}

/** A server that knows models by their repository's configuration, as Triton's control API does. */
async function load(models: readonly TritonModel[], repository: Record<string, object>): Promise<Ran> {
  const asked: [string, unknown][] = [];
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const path = request.url ?? "";
    const config = (body as { parameters?: { config?: string } } | undefined)?.parameters?.config;
    asked.push([`${request.method} ${path}`, config === undefined ? undefined : JSON.parse(config)]);
    const [, load] = /^\/v2\/repository\/models\/(.+)\/load$/.exec(path) ?? [];
    const [, name, version] = /^\/v2\/models\/(.+)\/versions\/(\d+)\/(?:config|ready)$/.exec(path) ?? [];
    const answer = (status: number, value?: unknown) => response.writeHead(status).end(value && JSON.stringify(value));
    if (path === "/v2/health/live") return answer(200);
    if (load)
      return load in repository
        ? answer(200)
        : answer(400, { error: `failed to load '${load}', no version is available` });
    if (path === "/v2/repository/index") {
      return answer(
        200,
        Object.keys(repository).map((model) => ({ name: model, version: "2", state: "READY" })),
      );
    }
    if (path.endsWith("/config") && name) return answer(200, repository[name]);
    return version === "9" ? answer(400, { error: "not ready" }) : answer(200);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const folder = mkdtempSync(join(tmpdir(), "models-"));
  onTestFinished(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  const file = join(folder, "models.json");
  writeFileSync(file, renderJson(loadOrders(models)));
  const { port } = server.address() as AddressInfo;
  try {
    await promisify(execFile)("python3", [script, `http://127.0.0.1:${port}`, file]);
    return { code: 0, problem: "", asked };
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    return { code, problem: stderr.trim(), asked };
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8");
  return text === "" ? undefined : JSON.parse(text);
}

const versions = [
  { version: 2, weight: 10 },
  { version: 1, weight: 90 },
];
const configs = ({ asked }: Ran) => asked.flatMap(([, config]) => (config === undefined ? [] : [config]));

describe("the loader of Triton's models", () => {
  it("loads each model again with the stack's versions and batching, and leaves the rest of its configuration", async () => {
    const own = { name: "grader", backend: "onnxruntime", max_batch_size: 8, input: [{ name: "TEXT" }] };
    const ran = await load([{ name: "grader", versions, maxQueueDelayMicroseconds: 500 }], { grader: own });
    expect(ran.code).toBe(0);
    expect(configs(ran)).toEqual([
      {
        ...own,
        version_policy: { specific: { versions: [1, 2] } },
        dynamic_batching: { max_queue_delay_microseconds: 500 },
      },
    ]);
    expect(ran.asked.map(([what]) => what)).toEqual([
      "GET /v2/health/live",
      "POST /v2/repository/models/grader/load",
      "POST /v2/repository/index",
      "GET /v2/models/grader/versions/2/config",
      "POST /v2/repository/models/grader/load",
      "GET /v2/models/grader/versions/1/ready",
      "GET /v2/models/grader/versions/2/ready",
    ]);
  });

  it("keeps how a model batches but for the wait", async () => {
    const dynamic_batching = { preferred_batch_size: [4, 8], max_queue_delay_microseconds: 10 };
    const ran = await load([{ name: "grader", versions }], { grader: { max_batch_size: 8, dynamic_batching } });
    expect(configs(ran)).toMatchObject([
      { dynamic_batching: { preferred_batch_size: [4, 8], max_queue_delay_microseconds: 0 } },
    ]);
  });

  it.each([
    ["takes no batches", { max_batch_size: 0 }],
    ["streams", { max_batch_size: 8, model_transaction_policy: { decoupled: true } }],
    ["keeps sequences", { max_batch_size: 8, sequence_batching: {} }],
  ])("puts no requests together for a model that %s", async (_, own) => {
    const ran = await load([{ name: "grader", versions }], { grader: own });
    expect(configs(ran)).toEqual([{ ...own, version_policy: { specific: { versions: [1, 2] } } }]);
  });

  it("asks once where the repository says the same already", async () => {
    const ran = await load([{ name: "grader", versions }], {
      grader: { max_batch_size: 0, version_policy: { specific: { versions: [1, 2] } } },
    });
    expect(ran.asked.filter(([what]) => what.endsWith("/load"))).toHaveLength(1);
  });

  it("fails with Triton's own words for a model that isn't there", async () => {
    const ran = await load([{ name: "other", versions }], { grader: {} });
    expect(ran.code).toBe(1);
    expect(ran.problem).toContain("other: ");
    expect(ran.problem).toContain("failed to load 'other', no version is available");
  });

  it("fails where a version isn't ready", async () => {
    const ran = await load([{ name: "grader", versions: [{ version: 9, weight: 100 }] }], { grader: {} });
    expect([ran.code, ran.problem]).toEqual([1, 'grader: {"error":"not ready"}']);
  });
});
