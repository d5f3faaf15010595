import { expect, test } from "vitest";
import { bearer, errorOf, pair } from "./support.ts";

const messages = [{ role: "user", content: "hello" }];
const requests: [path: string, body: object][] = [
  ["/v1/chat/completions", { model: "openai", messages }],
  ["/v1/messages", { model: "openai", messages, max_tokens: 10 }],
  ["/v1/embeddings", { model: "openai/big", input: "hello" }],
  ["/v1/route", { prompt: "hello", preferred_model: "openai" }],
];
const inRegion = (region?: string) => pair({}, {}, { config: region === undefined ? {} : { region } });
const pinned = (region: string) => ({ "x-router-region": region });

test.each(requests)("a request to %s that names the router's region is served", async (path, body) => {
  const { router } = await inRegion("eu-1");
  expect((await router.post(path, body, pinned("eu-1"))).status).toBe(200);
  expect((await router.post(path, body)).status).toBe(200);
});

test.each(requests)("a request to %s that names another region reaches no provider", async (path, body) => {
  const { router, openai, local } = await inRegion("eu-1");
  for (const region of ["us-1", "EU-1", "eu-1, us-1", ""]) {
    const response = await router.post(path, body, pinned(region));
    expect(response.status).toBe(400);
    const error = await errorOf(response);
    expect(error).toMatchObject({ code: "invalid_request", param: "x-router-region" });
    expect(error.message).toContain("allowed: eu-1, this router's region");
  }
  expect([...openai.requests, ...local.requests]).toEqual([]);
});

test("a router without a region serves no pinned request", async () => {
  const { router, openai } = await inRegion();
  const response = await router.chat({ model: "openai" }, pinned("eu-1"));
  expect(response.status).toBe(400);
  expect((await errorOf(response)).message).toContain("this router has no region");
  expect(openai.requests).toEqual([]);
});

test("a pinned request is refused before its body is read, and only to those who may know where this is", async () => {
  const { router } = await inRegion("eu-1");
  const refused = await router.post("/v1/chat/completions", "{not json", pinned("us-1"));
  expect((await errorOf(refused)).param).toBe("x-router-region");
  const stranger = await router.post("/v1/chat/completions", "{}", { ...pinned("us-1"), authorization: "Bearer no" });
  expect(stranger.status).toBe(401);
  expect(await stranger.text()).not.toContain("eu-1");
  expect((await router.get("/livez", { ...bearer, ...pinned("us-1") })).status).toBe(200);
});
