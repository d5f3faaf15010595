import { expect, test } from "vitest";
import { chatPath, dataOf, jsonType, pair, says, textOf } from "./support.ts";

const question = { model: "openai", messages: [{ role: "user", content: "hello" }] };

test("a JSON answer is the provider's own bytes, and the headers say who gave it", async () => {
  const { router, openai } = await pair(says("rehearsal one two"));
  const direct = await (
    await fetch(`${openai.url}${chatPath}`, {
      method: "POST",
      headers: jsonType,
      body: JSON.stringify({ ...question, model: "big" }),
    })
  ).text();
  const response = await router.chat(question, { "x-request-id": "my-request-1" });
  expect(response.status).toBe(200);
  expect(await response.text()).toBe(direct);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "x-request-id": "my-request-1",
    "x-router-backend": "openai",
    "x-router-model": "big",
    "x-router-attempts": "1",
    "x-router-reason": "asked for",
    "x-router-max-output-tokens": "4096",
  });
});

test("a stream is the provider's own events, and its last comment says who gave it", async () => {
  const { router, openai } = await pair(says("rehearsal one two"));
  const asked = { ...question, stream: true, stream_options: { include_usage: true } };
  const direct = await (
    await fetch(`${openai.url}${chatPath}`, {
      method: "POST",
      headers: jsonType,
      body: JSON.stringify({ ...asked, model: "big" }),
    })
  ).text();
  const response = await router.chat(asked);
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  const text = await response.text();
  const comment = /: router (.*)\n\n/.exec(text);
  expect(JSON.parse(comment?.[1] ?? "")).toMatchObject({ backend: "openai", model: "big", attempts: 1 });
  expect(text.replace(comment?.[0] ?? "", "")).toBe(direct);
});

test("usage is always asked for upstream, and its event is left out where the client did not ask", async () => {
  const { router, openai } = await pair(says("rehearsal one two"));
  const stream = await (await router.chat({ ...question, stream: true })).text();
  expect(openai.requests[0]?.body).toMatchObject({ stream_options: { include_usage: true } });
  expect(dataOf(stream).filter((data) => data.includes('"choices":[]'))).toEqual([]);
  expect(dataOf(stream).at(-1)).toBe("[DONE]");
  expect(textOf(stream)).toBe("rehearsal one two");
  expect(await router.requestLine()).toMatchObject({ usage: { completion_tokens: 3 }, outcome: "answered" });
});

test("a client's own limit of tokens is passed on in the provider's word for it, without a header", async () => {
  const { router, openai, local } = await pair({});
  const response = await router.chat({ ...question, max_tokens: 2 });
  expect(response.headers.has("x-router-max-output-tokens")).toBe(false);
  await router.chat({ ...question, model: "local", max_completion_tokens: 3 });
  expect(openai.requests[0]?.body).toMatchObject({ max_completion_tokens: 2 });
  expect(openai.requests[0]?.body).not.toHaveProperty("max_tokens");
  expect(local.requests[0]?.body).toMatchObject({ max_tokens: 3 });
});

test("fields that the router does not know reach the provider as they were", async () => {
  const { router, openai } = await pair({});
  const unknown = { logit_bias: { "50256": -100 }, future_option: [1, { deep: null }], seed: 7 };
  await router.chat({ ...question, ...unknown });
  expect(openai.requests[0]?.body).toMatchObject(unknown);
});

test("/v1/route answers with text, backend, model, attempts and usage", async () => {
  const { router, openai } = await pair(says("a rehearsal answer"));
  const response = await router.post("/v1/route", {
    prompt: "why?",
    system_prompt: "be short",
    preferred_model: "openai",
  });
  expect(await response.json()).toEqual({
    text: "a rehearsal answer",
    backend: "openai",
    model: "big",
    attempts: 1,
    cost_usd: 0,
    usage: { prompt_tokens: 1, completion_tokens: 3, total_tokens: 4 },
  });
  expect(openai.requests[0]?.body).toMatchObject({
    messages: [
      { role: "system", content: "be short" },
      { role: "user", content: "why?" },
    ],
  });
});

test("/v1/models lists every name that a request may give, with what Ollama has", async () => {
  const { router } = await pair({}, { models: ["llama3", "mistral:7b"] });
  const { data } = (await (await router.get("/v1/models")).json()) as { data: { id: string }[] };
  expect(data.map(({ id }) => id)).toEqual([
    "auto",
    "openai",
    "openai/big",
    "local",
    "local/llama3",
    "local/mistral:7b",
  ]);
});

test("a model that Ollama has may be asked for without being configured", async () => {
  const { router } = await pair({}, { models: ["llama3", "mistral:7b"] });
  const response = await router.chat({ ...question, model: "local/mistral:7b" });
  expect(response.headers.get("x-router-model")).toBe("mistral:7b");
});

test("the log has one line for a request, with ids and numbers", async () => {
  const { router } = await pair(says("rehearsal"));
  await (await router.chat(question, { "x-request-id": "r-1" })).text();
  await router.requestLine();
  const lines = router.log.filter(({ msg }) => msg === "request");
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    request_id: "r-1",
    tenant: "school",
    path: chatPath,
    backend: "openai",
    model: "big",
    attempts: 1,
    status: 200,
    usage: { total_tokens: 3 },
  });
});
