import { execFile } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadOrders, type TritonModel, withModels } from "../../../infra/models/index.ts";
import { parseRouterConfig, renderJson } from "../../../runtime/config/index.ts";
import { createTriton } from "../../../runtime/router/providers/triton/index.ts";
import { triton } from "../../../tools/parts/index.ts";
import { describeWithServer, scratchDirectory } from "../support.ts";
import { startTriton, type Triton } from "./server.ts";

const script = new URL("../../../infra/models/load_models.py", import.meta.url).pathname;
const models: TritonModel[] = [
  {
    name: "words",
    versions: [
      { version: 1, weight: 50 },
      { version: 2, weight: 50 },
    ],
  },
  { name: "embed", versions: [{ version: 1, weight: 100 }], maxQueueDelayMicroseconds: 500 },
];

describeWithServer(triton, "a real Triton that is told the stack's models", (directory) => {
  let server: Triton;
  const scratch = scratchDirectory("models");

  const load = (orders: readonly TritonModel[]) => {
    const file = join(scratch, "models.json");
    writeFileSync(file, renderJson(loadOrders(orders)));
    return promisify(execFile)("python3", [script, server.url, file]);
  };
  const get = async (path: string) => (await fetch(`${server.url}${path}`)).json() as Promise<Record<string, unknown>>;

  beforeAll(async () => {
    server = await startTriton(directory, { loaded: false });
    await load(models);
  });
  afterAll(async () => {
    await server.stop();
    rmSync(scratch, { recursive: true });
  });

  test("loads them in the stack's versions, and nothing else that lies in the repository", async () => {
    const answer = await fetch(`${server.url}/v2/repository/index`, { method: "POST", body: '{"ready":true}' });
    const index = (await answer.json()) as { name: string; version: string; state: string }[];
    expect(index.map(({ name, version, state }) => `${name}/${version} ${state}`).sort()).toEqual([
      "embed/1 READY",
      "words/1 READY",
      "words/2 READY",
    ]);
  });

  test("batches as the stack says, where a model can, and leaves the repository's configuration", async () => {
    expect(await get("/v2/models/embed/versions/1/config")).toMatchObject({
      backend: "python",
      max_batch_size: 8,
      input: [{ name: "text", data_type: "TYPE_STRING" }],
      version_policy: { specific: { versions: [1] } },
      dynamic_batching: { max_queue_delay_microseconds: 500 },
    });
    const words = await get("/v2/models/words/versions/2/config");
    expect(words).toMatchObject({ version_policy: { specific: { versions: [1, 2] } } });
    expect(words).not.toHaveProperty("dynamic_batching");
  });

  test("answers a router that was told the same models", async () => {
    const own = { embed: { kind: "embed", input: "text", output: "embedding" } } as const;
    const config = parseRouterConfig({ backends: { triton: { triton: { models: own } } } }, "test");
    const told = withModels(config, { triton: { models } }, "models").backends.triton;
    if (told === undefined) throw new Error("no triton in the configuration");
    const provider = createTriton({ ...told, baseUrl: server.url }, 5_000);
    const signal = AbortSignal.timeout(60_000);
    const answer = await provider.embed?.({ model: "embed", body: { input: "hello" }, stickyKey: "u", signal });
    await provider.close();
    expect(JSON.parse(answer?.bytes.toString() ?? "")).toMatchObject({ model: "embed@1" });
  });

  test("says in Triton's words what can't be loaded", async () => {
    const missing = [{ name: "missing", versions: [{ version: 1, weight: 100 }] }];
    await expect(load(missing)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^missing: .*failed to/s),
    });
    const version = [{ name: "embed", versions: [{ version: 7, weight: 100 }] }];
    await expect(load(version)).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("embed: ") });
  });
});
