import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clients, type Mode, modes } from "./clients.ts";
import { type Backend, type House, openHouse, type Script } from "./house.ts";

/** Every error is, to the clients' official SDKs, the class that their own provider's would be. */

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

const messages = [{ role: "user" as const, content: "hello" }];
const asOpenAi = (mode: Mode, model: string, asked = {}) =>
  clients.openai.ask(house, model, { messages, ...asked }, mode);
const asAnthropic = (mode: Mode, model: string, asked = {}) =>
  clients.anthropic.ask(house, model, { messages, ...asked }, mode);

const failing = (status: number, message: string): Script => ({ fault: { type: "status", status, message } });

interface Failure {
  readonly name: string;
  readonly backend: Backend;
  readonly script: Script;
  readonly status: number;
  readonly code: string;
  readonly openai: string;
  readonly anthropic: string;
  readonly type: string;
  readonly says: string;
}

const down = {
  status: 503,
  code: "all_backends_down",
  openai: "InternalServerError",
  anthropic: "ServiceUnavailableError",
  type: "overloaded_error",
};
const limited = {
  status: 429,
  code: "rate_limited",
  openai: "RateLimitError",
  anthropic: "RateLimitError",
  type: "rate_limit_error",
};
const rejected = {
  code: "upstream_rejected",
  openai: "BadRequestError",
  anthropic: "BadRequestError",
  status: 400,
  type: "invalid_request_error",
};

/** How a provider fails, and what the client is told. */
const failures: readonly Failure[] = (["gemini", "claude", "openai", "local"] as const).flatMap((backend) => [
  { name: "refuses", backend, script: failing(400, "not so"), ...rejected, says: "not so" },
  {
    name: "finds the request too long",
    backend,
    script: { fault: { type: "context-length", limit: 10 } },
    ...rejected,
    says: backend,
  },
  {
    name: "can't process the request",
    backend,
    script: failing(422, "not so"),
    ...rejected,
    status: 422,
    openai: "UnprocessableEntityError",
    anthropic: "UnprocessableEntityError",
    says: "not so",
  },
  {
    name: "filters the request",
    backend,
    script: { fault: { type: "content-filter" } },
    ...rejected,
    says: backend,
  },
  { name: "refuses our key", backend, script: failing(401, "bad key sk-secret"), ...down, says: "it refuses our key" },
  {
    name: "does not have the model",
    backend,
    script: failing(404, "what?"),
    ...down,
    says: "does not have this model",
  },
  {
    name: "has too many requests",
    backend,
    script: failing(429, "slow down"),
    ...limited,
    says: "too many requests",
  },
  { name: "fails", backend, script: failing(500, "oh"), ...down, says: "HTTP 500" },
  { name: "is overloaded", backend, script: failing(503, "oh"), ...down, says: "HTTP 503" },
  { name: "cuts the connection", backend, script: { fault: { type: "reset" } }, ...down, says: "connection" },
]);

describe.each(modes)("%s", (mode) => {
  test.each(failures)("a client of the OpenAI wire, where $backend $name", async (one) => {
    house.set(one.backend, one.script);
    const error = await asOpenAi(mode, one.backend).catch((thrown: unknown) => thrown);
    expect((error as object).constructor.name).toBe(one.openai);
    expect(error).toMatchObject({ status: one.status, code: one.code, message: expect.stringContaining(one.says) });
    expect(String(error)).not.toContain("sk-secret");
  });

  test.each(failures)("a client of Anthropic's, where $backend $name", async (one) => {
    house.set(one.backend, one.script);
    const error = await asAnthropic(mode, one.backend).catch((thrown: unknown) => thrown);
    expect((error as object).constructor.name).toBe(one.anthropic);
    expect(error).toMatchObject({
      status: one.status,
      error: { type: "error", error: { type: one.type, code: one.code, message: expect.stringContaining(one.says) } },
    });
    expect(String(error)).not.toContain("sk-secret");
  });

  test("a model that nobody has", async () => {
    await expect(asOpenAi(mode, "nobody")).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    await expect(asOpenAi(mode, "nobody")).rejects.toMatchObject({ code: "model_not_found", param: "model" });
    await expect(asAnthropic(mode, "nobody")).rejects.toBeInstanceOf(Anthropic.NotFoundError);
    await expect(asAnthropic(mode, "nobody")).rejects.toMatchObject({
      error: { error: { type: "not_found_error", code: "model_not_found" } },
    });
  });

  test("a cloud backend where only our own may answer", async () => {
    const headers = { "x-router-sovereign": "true" };
    const strange = {
      ...house,
      openai: house.openai.withOptions({ defaultHeaders: headers }),
      anthropic: house.anthropic.withOptions({ defaultHeaders: headers }),
    };
    const asOthers = clients.openai.ask(strange, "openai", { messages }, mode);
    await expect(asOthers).rejects.toBeInstanceOf(OpenAI.PermissionDeniedError);
    await expect(asOthers).rejects.toMatchObject({ code: "sovereignty_violation" });
    const asAnthropics = clients.anthropic.ask(strange, "claude", { messages }, mode);
    await expect(asAnthropics).rejects.toBeInstanceOf(Anthropic.PermissionDeniedError);
    await expect(asAnthropics).rejects.toMatchObject({ error: { error: { type: "permission_error" } } });
  });

  test("a request that is none", async () => {
    await expect(asOpenAi(mode, "openai", { messages: [] })).rejects.toBeInstanceOf(OpenAI.BadRequestError);
    await expect(asOpenAi(mode, "openai", { temperature: "hot" })).rejects.toMatchObject({ param: "temperature" });
    await expect(asAnthropic(mode, "claude", { messages: [] })).rejects.toBeInstanceOf(Anthropic.BadRequestError);
    await expect(asAnthropic(mode, "claude", { max_tokens: 0 })).rejects.toMatchObject({
      error: { error: { param: "max_tokens", type: "invalid_request_error" } },
    });
  });

  test("a key that nobody gave out", async () => {
    const apiKey = house.key.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
    const openai = new OpenAI({ baseURL: `${house.url}/v1`, apiKey, maxRetries: 0 });
    const anthropic = new Anthropic({ baseURL: house.url, apiKey, maxRetries: 0 });
    const strange = { ...house, openai, anthropic };
    const asked = { messages };
    const asOthers = () => clients.openai.ask(strange, "openai", asked, mode);
    const asAnthropics = () => clients.anthropic.ask(strange, "claude", asked, mode);
    await expect(asOthers()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
    await expect(asOthers()).rejects.toMatchObject({ code: "unauthorized" });
    await expect(asAnthropics()).rejects.toBeInstanceOf(Anthropic.AuthenticationError);
    await expect(asAnthropics()).rejects.toMatchObject({ error: { error: { type: "authentication_error" } } });
  });
});

test.each(["gemini", "claude", "openai", "local"] as const)(
  "an answer of %s that breaks off is an error to both SDKs, never an answer",
  async (backend) => {
    const script: Script = { text: "a rehearsal of words", fault: { type: "cut", afterEvents: 2 } };
    house.set(backend, script);
    await expect(asOpenAi("streamed", backend)).rejects.toBeInstanceOf(OpenAI.APIError);
    await expect(asAnthropic("streamed", backend)).rejects.toBeInstanceOf(Anthropic.APIError);
    await expect(asOpenAi("whole", backend)).rejects.toBeInstanceOf(OpenAI.InternalServerError);
    await expect(asAnthropic("whole", backend)).rejects.toBeInstanceOf(Anthropic.InternalServerError);
  },
);
