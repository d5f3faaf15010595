import { expect, test } from "vitest";
import type { RouterConfigInput } from "../../../runtime/config/index.ts";
import { errorOf, pair, upstream } from "./support.ts";

const model = "local/all-minilm";

async function withEmbeddings(config: RouterConfigInput = {}) {
  const home = await upstream();
  const backends = { local: { baseUrl: home.url, rehearsal: true, models: ["all-minilm"] } };
  return { ...(await pair({}, {}, { config: { ...config, backends } })), local: home };
}

test("texts become vectors of the model that was asked for", async () => {
  const { router, local } = await withEmbeddings();
  const response = await router.post("/v1/embeddings", { model, input: ["one", "two"] });
  expect(response.status).toBe(200);
  expect(response.headers.get("x-router-model")).toBe("all-minilm");
  const { data } = (await response.json()) as { data: { embedding: number[]; index: number }[] };
  expect(data.map(({ index }) => index)).toEqual([0, 1]);
  expect(data[0]?.embedding.length).toBeGreaterThan(0);
  expect(local.requests.at(-1)?.body).toMatchObject({ model: "all-minilm", input: ["one", "two"] });
});

test("auto means the configured model", async () => {
  const { router } = await withEmbeddings({ embeddings: { model } });
  expect((await router.post("/v1/embeddings", { model: "auto", input: "one" })).status).toBe(200);
});

test("no other model is asked when it fails: its vectors could not be compared", async () => {
  const { router, local, openai } = await withEmbeddings();
  local.setScript({ rules: [{ kind: "embeddings", behaviour: { fault: { type: "status", status: 500 } } }] });
  const response = await router.post("/v1/embeddings", { model, input: "one" });
  expect(response.status).toBe(503);
  expect(openai.requests).toEqual([]);
});

test.each([
  ["a backend alone", { model: "local", input: "x" }, "names no model"],
  ["auto that means nothing", { model: "auto", input: "x" }, "embeddings.model"],
  ["no input", { model }, "input"],
  ["an empty list", { model, input: [] }, "input"],
])("%s is a clear 400", async (_what, body, text) => {
  const { router } = await withEmbeddings();
  const response = await router.post("/v1/embeddings", body);
  expect(response.status).toBe(400);
  expect((await errorOf(response)).message).toContain(text);
});

test("a tenant that is kept at home can't ask a cloud model", async () => {
  const { router } = await withEmbeddings({ tenants: { school: { sovereign: true } } });
  const response = await router.post("/v1/embeddings", { model: "openai/big", input: "x" });
  expect(response.status).toBe(403);
  expect((await router.chat({ model: "openai" })).status).toBe(403);
  expect((await router.chat({ model: "auto" })).headers.get("x-router-backend")).toBe("local");
});
