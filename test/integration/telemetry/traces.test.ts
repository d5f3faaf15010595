import { expect, onTestFinished, test, vi } from "vitest";
import { configHash, parseRouterConfig } from "../../../runtime/config/index.ts";
import type { ChatDelta, ChatRequest } from "../../../runtime/router/chat/index.ts";
import { UpstreamFailure } from "../../../runtime/router/providers/failure.ts";
import { openSecret } from "../../../runtime/router/secrets.ts";
import type { DecodedSpan } from "./otlp-decoding.ts";
import { answeredRequest, chatRequest, collector, telemetryOf } from "./support.ts";

const closing = { timeoutMs: 5_000 };
/** The events with which a provider's answer begins. */
const begunBy = (model: string, id: string): { deltas: ChatDelta[] }[] => [
  { deltas: [{ type: "start", id, model }] },
  { deltas: [{ type: "text", choice: 0, text: "word" }] },
];
const usage = { prompt_tokens: 20, completion_tokens: 7, total_tokens: 27, cached_tokens: 5, reasoning_tokens: 2 };

/** A request that fails over from openai to claude. */
async function failedOver(): Promise<{ server: DecodedSpan; first: DecodedSpan; second: DecodedSpan }> {
  const { url, spans } = await collector();
  const telemetry = telemetryOf({ otlpEndpoint: url });
  const request = chatRequest(telemetry);
  const first = request.attempt({
    operation: "chat",
    backend: "openai",
    model: "gpt-5.4",
    stream: true,
    server: { address: "api.openai.com", port: 443 },
    parameters: () => ({ maxOutputTokens: 100, temperature: 0.5, choices: 1 }),
  });
  first.end({ outcome: "failed", failure: new UpstreamFailure("HTTP 503", { status: 503 }) });
  const second = request.attempt({ operation: "chat", backend: "claude", model: "claude-haiku-4-5", stream: true });
  second.firstToken(begunBy("claude-haiku-4-5-20251001", "msg_1"));
  second.end({ outcome: "answered", usage, finishReasons: () => ["stop"] });
  request.end({
    status: 200,
    wire: "openai",
    caller: { tenant: "school", keyId: "abcd" },
    outcome: "answered",
    backend: "claude",
    model: "claude-haiku-4-5",
    reason: "in place of openai; after openai: HTTP 503",
    attempts: 2,
    usage,
    sovereign: false,
    cache: "miss",
  });
  await telemetry.close(closing);
  const named = (name: string): DecodedSpan => {
    const span = spans().find((each) => each.name === name);
    if (!span) throw new Error(`no span ${name}`);
    return span;
  };
  return {
    server: named("POST /v1/chat/completions"),
    first: named("chat gpt-5.4"),
    second: named("chat claude-haiku-4-5"),
  };
}

test("a request is a SERVER span, each attempt a CLIENT span below it", async () => {
  const { server, first, second } = await failedOver();
  expect([server.kind, first.kind, second.kind]).toEqual(["server", "client", "client"]);
  expect([server.parentSpanId, first.parentSpanId, second.parentSpanId]).toEqual(["", server.spanId, server.spanId]);
  expect(new Set([server.traceId, first.traceId, second.traceId]).size).toBe(1);
  expect(new Set([server.spanId, first.spanId, second.spanId]).size).toBe(3);
});

test("spans are in the order of time, each inside its parent", async () => {
  const { server, first, second } = await failedOver();
  const times = [server.start, first.start, first.end, second.start, second.end, server.end];
  expect(times).toEqual([...times].sort((a, b) => Number(a - b)));
  const age = BigInt(Date.now()) * 1_000_000n - server.start;
  expect(age >= -1_000_000_000n && age < 60_000_000_000n).toBe(true);
});

test("an attempt says what was asked, of whom, and what came, by the GenAI conventions", async () => {
  const { first, second } = await failedOver();
  expect(first.attributes).toEqual({
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5.4",
    "gen_ai.request.stream": true,
    "gen_ai.request.max_tokens": 100,
    "gen_ai.request.temperature": 0.5,
    "server.address": "api.openai.com",
    "server.port": 443,
    "error.type": "503",
    "hybrid_llm.backend": "openai",
    "hybrid_llm.outcome": "failed",
    "hybrid_llm.attempt.number": 1,
    "hybrid_llm.attempt.cause": "first",
  });
  expect(first.status).toEqual({ code: 2, message: "HTTP 503" });
  expect(second.attributes).toEqual({
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.request.model": "claude-haiku-4-5",
    "gen_ai.request.stream": true,
    "gen_ai.response.model": "claude-haiku-4-5-20251001",
    "gen_ai.response.id": "msg_1",
    "gen_ai.response.finish_reasons": ["stop"],
    "gen_ai.response.time_to_first_chunk": expect.any(Number),
    "gen_ai.usage.input_tokens": 20,
    "gen_ai.usage.output_tokens": 7,
    "gen_ai.usage.cache_read.input_tokens": 5,
    "gen_ai.usage.reasoning.output_tokens": 2,
    "hybrid_llm.backend": "claude",
    "hybrid_llm.outcome": "answered",
    "hybrid_llm.attempt.number": 2,
    "hybrid_llm.attempt.cause": "failover",
  });
  expect(second.status.code).toBe(0);
});

test("a request says what it was, what became of it, and why", async () => {
  const { server } = await failedOver();
  expect(server.attributes).toEqual({
    "http.request.method": "POST",
    "http.route": "/v1/chat/completions",
    "url.path": "/v1/chat/completions",
    "url.scheme": "http",
    "http.response.status_code": 200,
    "hybrid_llm.request_id": "req_1",
    "hybrid_llm.tenant": "school",
    "hybrid_llm.key_id": "abcd",
    "hybrid_llm.wire": "openai",
    "hybrid_llm.backend": "claude",
    "hybrid_llm.model": "claude-haiku-4-5",
    "hybrid_llm.reason": "in place of openai; after openai: HTTP 503",
    "hybrid_llm.outcome": "answered",
    "hybrid_llm.attempts": 2,
    "hybrid_llm.cache": "miss",
    "hybrid_llm.sovereign": false,
    "hybrid_llm.streamed": false,
    "hybrid_llm.usage.input_tokens": 20,
    "hybrid_llm.usage.output_tokens": 7,
  });
  expect(server.status.code).toBe(0);
});

test("an export says which process sends it, in the media type of OTLP", async () => {
  const { url, exports, requests } = await collector();
  const input = { name: "front", region: "eu-central-1", telemetry: { otlpEndpoint: `${url}/base/` } };
  const telemetry = telemetryOf(input.telemetry, { name: input.name, region: input.region });
  answeredRequest(telemetry);
  await telemetry.close(closing);
  expect(requests.map(({ method, url: path, headers }) => [method, path, headers["content-type"]])).toEqual([
    ["POST", "/base/v1/traces", "application/x-protobuf"],
  ]);
  expect(exports()).toMatchObject([
    {
      scope: { name: "hybrid-llm-router", version: "1.2.3" },
      schemaUrl: "https://opentelemetry.io/schemas/1.41.0",
      resource: {
        "service.name": "hybrid-llm-router",
        "service.version": "1.2.3",
        "service.instance.id": expect.stringMatching(/^[\da-f-]{36}$/),
        "hybrid_llm.router": "front",
        "hybrid_llm.region": "eu-central-1",
        "hybrid_llm.config.hash": configHash(parseRouterConfig(input, "test")),
      },
    },
  ]);
});

test("headers for the collector come from the environment, as with OpenTelemetry's own SDK", async () => {
  vi.stubEnv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20planted,x-tenant=front");
  onTestFinished(() => void vi.unstubAllEnvs());
  const { url, requests } = await collector();
  const telemetry = telemetryOf({ otlpEndpoint: url });
  answeredRequest(telemetry);
  await telemetry.close(closing);
  expect(requests[0]?.headers).toMatchObject({ authorization: "Bearer planted", "x-tenant": "front" });
});

const traceId = "0af7651916cd43dd8448eb211c80319c";
const callersSpan = "b7ad6b7169203331";

test("a caller's trace goes on: its id, its span as the parent, its state to the provider", async () => {
  const { url, spans } = await collector();
  const telemetry = telemetryOf({ otlpEndpoint: url, sampleRatio: 0 });
  const request = chatRequest(telemetry, {
    traceparent: `00-${traceId}-${callersSpan}-01`,
    tracestate: "congo=t61rcWkgMzE",
  });
  const attempt = request.attempt({ operation: "embeddings", backend: "local", model: "nomic", stream: false });
  const { headers } = attempt;
  attempt.end({ outcome: "answered" });
  request.end({ status: 200 });
  await telemetry.close(closing);
  const [client, server] = spans();
  expect(server).toMatchObject({ traceId, parentSpanId: callersSpan, traceState: "congo=t61rcWkgMzE", flags: 0x301 });
  expect(client).toMatchObject({ traceId, parentSpanId: server?.spanId, name: "embeddings nomic", flags: 0x101 });
  expect(headers).toEqual({
    traceparent: `00-${traceId}-${client?.spanId}-01`,
    tracestate: "congo=t61rcWkgMzE",
  });
});

test("a trace that its caller does not record is not recorded here, and goes on unchanged", async () => {
  const { url, bodies } = await collector();
  const telemetry = telemetryOf({ otlpEndpoint: url, sampleRatio: 1 });
  const incoming = { traceparent: `00-${traceId}-${callersSpan}-00`, tracestate: "congo=t61rcWkgMzE" };
  const request = chatRequest(telemetry, incoming);
  const attempt = request.attempt({ operation: "chat", backend: "openai", model: "gpt-5.4", stream: true });
  expect(attempt.headers).toEqual(incoming);
  attempt.end({ outcome: "answered" });
  request.end({ status: 200 });
  await telemetry.close(closing);
  expect(bodies).toEqual([]);
});

test("the stream's end is the request's end", async () => {
  const { url, spans } = await collector();
  const telemetry = telemetryOf({ otlpEndpoint: url });
  const request = chatRequest(telemetry);
  request.streaming();
  const attempt = request.attempt({ operation: "chat", backend: "openai", model: "gpt-5.4", stream: true });
  attempt.firstToken();
  attempt.event("stalled");
  attempt.end({ outcome: "broken_off", failure: new UpstreamFailure("no next token within 5 ms", { slow: true }) });
  request.end({ status: 200, outcome: "broken_off" });
  request.end({ status: 500 });
  await telemetry.close(closing);
  const [client, server, ...others] = spans();
  expect(others).toEqual([]);
  expect(client?.attributes).toMatchObject({ "error.type": "timeout", "hybrid_llm.outcome": "broken_off" });
  expect(client?.events.map(({ name }) => name)).toEqual(["stalled"]);
  expect(server?.attributes).toMatchObject({ "hybrid_llm.streamed": true, "error.type": "broken_off" });
  expect(server?.status.code).toBe(2);
});

test.each([
  { status: 400, error: "invalid_request", code: 0 },
  { status: 401, error: "unauthorized", code: 0 },
  { status: 503, error: "all_backends_down", code: 2 },
] as const)("a $status is an error of the server's only from 500 on", async ({ status, error, code }) => {
  const { url, spans } = await collector();
  const telemetry = telemetryOf({ otlpEndpoint: url });
  chatRequest(telemetry).end({ status, error });
  await telemetry.close(closing);
  expect(spans()[0]?.status.code).toBe(code);
  expect(spans()[0]?.attributes["error.type"]).toBe(code === 2 ? String(status) : undefined);
  expect(spans()[0]?.attributes["hybrid_llm.error_code"]).toBe(error);
});

test("a client that goes away is nobody's error", async () => {
  const { url, spans } = await collector();
  const telemetry = telemetryOf({ otlpEndpoint: url });
  const request = chatRequest(telemetry);
  const attempt = request.attempt({ operation: "chat", backend: "openai", model: "gpt-5.4", stream: true });
  attempt.end({ outcome: "client_gone" });
  request.end({ status: 499, outcome: "client_gone" });
  await telemetry.close(closing);
  for (const span of spans()) {
    expect(span.status.code).toBe(0);
    expect(span.attributes).not.toHaveProperty("error.type");
    expect(span.attributes).not.toHaveProperty("http.response.status_code");
  }
});

test("a path without a route, and a method of nobody's, are not told apart", async () => {
  const { url, spans } = await collector();
  const telemetry = telemetryOf({ otlpEndpoint: url });
  telemetry.request({ method: "PURGE", headers: {}, requestId: "req_1" }).end({ status: 404 });
  await telemetry.close(closing);
  expect(spans()[0]?.name).toBe("HTTP");
  expect(spans()[0]?.attributes["http.request.method"]).toBe("_OTHER");
});

const question: Pick<ChatRequest, "messages"> = {
  messages: [
    { role: "system", parts: [{ type: "text", text: "You are terse." }] },
    {
      role: "user",
      parts: [
        { type: "text", text: "my diagnosis is gout" },
        { type: "image", source: { kind: "base64", mediaType: "image/png", data: "aGVsbG8=" } },
      ],
    },
  ],
};
const said: ChatDelta[] = [
  { type: "start", id: "1", model: "m" },
  { type: "text", choice: 0, text: "Drink " },
  { type: "text", choice: 0, text: "water." },
  { type: "tool_call", choice: 0, index: 0, id: "call_1", name: "book" },
  { type: "tool_arguments", choice: 0, index: 0, json: '{"day":1}' },
  { type: "finish", choice: 0, reason: "tool_calls" },
];

async function withContent(recordContent: boolean) {
  const { url, spans, bodies } = await collector();
  const telemetry = telemetryOf({ otlpEndpoint: url, recordContent });
  const request = chatRequest(telemetry);
  const attempt = request.attempt({ operation: "chat", backend: "openai", model: "gpt-5.4", stream: true });
  attempt.prompt(question);
  for (const delta of said) attempt.answer([delta]);
  attempt.end({ outcome: "answered" });
  request.end({ status: 200 });
  await telemetry.close(closing);
  return {
    attributes: spans()[0]?.attributes ?? {},
    sent: Buffer.concat(bodies).toString("latin1"),
    attempt,
    telemetry,
  };
}

test("prompts and answers are not recorded unless asked for", async () => {
  const { sent, attempt, telemetry } = await withContent(false);
  expect(sent).not.toMatch(/gout|water|messages/);
  expect([telemetry.contentRecorded, attempt.contentRecorded]).toEqual([false, false]);
});

test("prompts and answers are recorded in the conventions' form where asked for", async () => {
  const { attributes, sent, attempt, telemetry } = await withContent(true);
  expect([telemetry.contentRecorded, attempt.contentRecorded]).toEqual([true, true]);
  expect(JSON.parse(String(attributes["gen_ai.input.messages"]))).toEqual([
    { role: "system", parts: [{ type: "text", content: "You are terse." }] },
    {
      role: "user",
      parts: [
        { type: "text", content: "my diagnosis is gout" },
        { type: "blob", modality: "image", mime_type: "image/png", content: "" },
      ],
    },
  ]);
  expect(JSON.parse(String(attributes["gen_ai.output.messages"]))).toEqual([
    {
      role: "assistant",
      parts: [
        { type: "text", content: "Drink water." },
        { type: "tool_call", id: "call_1", name: "book", arguments: '{"day":1}' },
      ],
      finish_reason: "tool_call",
    },
  ]);
  expect(sent).not.toContain("aGVsbG8=");
});

test("no secret that the router knows gets onto a span", async () => {
  const { url, bodies } = await collector();
  const secret = "planted-secret-0123456789";
  openSecret({ env: "PLANTED" }, { PLANTED: secret }, ".");
  const telemetry = telemetryOf({ otlpEndpoint: url, recordContent: true });
  const request = chatRequest(telemetry);
  const attempt = request.attempt({ operation: "chat", backend: "openai", model: "gpt-5.4", stream: true });
  attempt.prompt({ messages: [{ role: "user", parts: [{ type: "text", text: `my key is ${secret}` }] }] });
  attempt.answer([{ type: "text", choice: 0, text: secret.slice(0, 9) }]);
  attempt.answer([{ type: "text", choice: 0, text: secret.slice(9) }]);
  attempt.firstToken(begunBy("Bearer abcdefgh", `id ${secret}`));
  attempt.end({
    outcome: "failed",
    failure: new UpstreamFailure(`refused ${secret}`),
  });
  request.end({ status: 503, reason: `after ${secret}` });
  await telemetry.close(closing);
  const sent = Buffer.concat(bodies).toString("latin1");
  expect(sent).toContain("[redacted]");
  expect(sent).not.toMatch(/planted-secret|abcdefgh/);
});

test("what a provider makes up as its model or id is cut short", async () => {
  const { url, spans } = await collector();
  const telemetry = telemetryOf({ otlpEndpoint: url });
  const request = chatRequest(telemetry);
  const attempt = request.attempt({ operation: "chat", backend: "openai", model: "gpt-5.4", stream: true });
  attempt.firstToken(begunBy("m".repeat(100_000), "i".repeat(100_000)));
  attempt.end({ outcome: "answered" });
  request.end({ status: 200 });
  await telemetry.close(closing);
  const { "gen_ai.response.model": model, "gen_ai.response.id": id } = spans()[0]?.attributes ?? {};
  expect([String(model).length, String(id).length]).toEqual([256, 256]);
});

test("a number that no collector can show is left out, and the rest is told", async () => {
  const { url, spans } = await collector();
  const telemetry = telemetryOf({ otlpEndpoint: url });
  const request = chatRequest(telemetry);
  const attempt = request.attempt({ operation: "chat", backend: "openai", model: "gpt-5.4", stream: true });
  attempt.end({
    outcome: "answered",
    usage: { ...usage, prompt_tokens: Number.POSITIVE_INFINITY, cached_tokens: 1e300 },
  });
  request.end({ status: 200 });
  await telemetry.close(closing);
  const { attributes } = spans()[0] ?? {};
  expect(attributes).toMatchObject({ "gen_ai.usage.output_tokens": 7, "hybrid_llm.outcome": "answered" });
  expect(attributes).not.toHaveProperty(["gen_ai.usage.input_tokens"]);
  expect(attributes).not.toHaveProperty(["gen_ai.usage.cache_read.input_tokens"]);
});

test("another configuration is in force for the next request, and spans under way go to the new collector", async () => {
  const [before, after] = [await collector(), await collector()];
  const telemetry = telemetryOf({ otlpEndpoint: before.url });
  answeredRequest(telemetry);
  const underWay = chatRequest(telemetry);
  telemetry.reconfigure(parseRouterConfig({ name: "new", telemetry: { otlpEndpoint: after.url } }, "test"));
  underWay.end({ status: 200 });
  await telemetry.close(closing);
  expect(before.spans().map(({ name }) => name)).toEqual(["chat gpt-5.4", "POST /v1/chat/completions"]);
  expect(after.spans().map(({ name }) => name)).toEqual(["POST /v1/chat/completions"]);
  // What was in force when it began.
  expect(after.exports()[0]?.resource["hybrid_llm.router"]).toBe(before.exports()[0]?.resource["hybrid_llm.router"]);
});
