import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RouterConfigInput } from "../../../runtime/config/index.ts";
import type { RehearsalScriptInput } from "../../../runtime/rehearsal/index.ts";
import { jaeger } from "../../../tools/parts/index.ts";
import { key, onChat, pair, says, router as startRouter, textOf } from "../../integration/router/support.ts";
import { describeWithServer } from "../support.ts";
import { type Jaeger, routerService, startJaeger } from "./server.ts";
import { tracedBy, traceOf, tracesWith } from "./support.ts";
import { clients, type Span, servers } from "./traces.ts";

const words = "rehearsal one two three four five";
const cut = (afterEvents: number) => onChat({ text: words, gapMs: 5, fault: { type: "cut", afterEvents } });
const fails = (status: number) => onChat({ fault: { type: "status", status } });

/** What the page shows of an attempt. */
const shown = ({ name, tags }: Span) => [
  name,
  tags["hybrid_llm.attempt.number"],
  tags["hybrid_llm.attempt.cause"],
  tags["hybrid_llm.outcome"],
  tags["error.type"],
];
const isMarked = ({ tags }: Span) => tags.error === true && tags["otel.status_code"] === "ERROR";

describeWithServer(jaeger, "attempts in a real Jaeger", (directory) => {
  let server: Jaeger;

  beforeAll(async () => {
    server = await startJaeger(directory);
  });

  afterAll(() => server.stop());

  async function started(openai: RehearsalScriptInput, local?: RehearsalScriptInput, config?: RouterConfigInput) {
    const traced = tracedBy(server);
    return { ...(await pair(openai, local, { config: { ...config, ...traced } })), name: traced.name };
  }

  test("a failover is a marked attempt, and one that is not, below a request without a mark", async () => {
    const { router } = await started(fails(503), says("rehearsal of the backup"));
    const response = await router.chat({ model: "openai" });
    const trace = await traceOf(server, router, response, 3);
    expect(clients(trace).map(shown)).toEqual([
      ["chat big", 1, "first", "failed", "503"],
      ["chat llama3", 2, "failover", "answered", undefined],
    ]);
    expect(clients(trace).map(isMarked)).toEqual([true, false]);
    expect(servers(trace).map(isMarked)).toEqual([false]);
    expect(clients(trace)[0]?.tags["otel.status_description"]).toBe("HTTP 503");
    expect(trace.warnings).toEqual([]);
  });

  test("a retry is an attempt of its own", async () => {
    const once = { rules: [{ times: 1, behaviour: { fault: { type: "status", status: 500 } as const } }] };
    const { router } = await started(once, undefined, { retries: { max: 1 } });
    const trace = await traceOf(server, router, await router.chat({ model: "openai" }), 3);
    expect(clients(trace).map(shown)).toEqual([
      ["chat big", 1, "first", "failed", "500"],
      ["chat big", 2, "retry", "answered", undefined],
    ]);
    expect(trace.warnings).toEqual([]);
  });

  test("an answer that goes on elsewhere is a marked attempt and its continuation", async () => {
    const { router } = await started(cut(3), onChat({ text: words, prefill: "continue" }));
    const response = await router.chat({ model: "openai", stream: true });
    expect(textOf(await response.text())).toBe(words);
    const trace = await traceOf(server, router, response, 3);
    expect(clients(trace).map(shown)).toEqual([
      ["chat big", 1, "first", "broken_off", "broken_off"],
      ["chat llama3", 2, "continuation", "answered", undefined],
    ]);
    expect(clients(trace).map(isMarked)).toEqual([true, false]);
    const [served] = servers(trace);
    expect(served?.tags).toMatchObject({
      "http.response.status_code": 200,
      "hybrid_llm.streamed": true,
      "hybrid_llm.outcome": "answered",
      "hybrid_llm.backend": "local",
      "hybrid_llm.attempts": 2,
    });
    expect(clients(trace).map(({ parent }) => parent)).toEqual([served?.id, served?.id]);
    expect(trace.warnings).toEqual([]);
  });

  test("a stream that nobody goes on with is the request's error, although its status was 200", async () => {
    const { router } = await started(cut(3), fails(500));
    const response = await router.chat({ model: "openai", stream: true });
    await response.text();
    const trace = await traceOf(server, router, response, 3);
    expect(clients(trace).map(isMarked)).toEqual([true, true]);
    expect(servers(trace).map(isMarked)).toEqual([true]);
    expect(servers(trace)[0]?.tags).toMatchObject({ "http.response.status_code": 200, "error.type": "broken_off" });
    expect(trace.warnings).toEqual([]);
  });

  test("requests that did not go straight are found by what happened", async () => {
    const { router, openai, name } = await started(fails(503));
    await router.chat({ model: "openai" });
    openai.setScript({});
    await router.chat({ model: "openai" });
    await router.drain();
    const all = await tracesWith(server, { "hybrid_llm.router": name }, 5);
    const failedOver = all.filter((trace) => clients(trace).length === 2);
    expect(failedOver).toHaveLength(1);
    for (const tag of [{ error: "true" }, { "hybrid_llm.attempt.cause": "failover" }]) {
      expect(await server.traces(routerService, { ...tag, "hybrid_llm.router": name })).toEqual(failedOver);
    }
  });

  test("the request stands below its caller's span, and each provider is told its own attempt's", async () => {
    const { router, openai, local } = await started(fails(503));
    const caller = { trace: randomBytes(16).toString("hex"), span: randomBytes(8).toString("hex") };
    const from = Date.now();
    const response = await router.chat(
      { model: "openai" },
      { traceparent: `00-${caller.trace}-${caller.span}-01`, tracestate: "vendor=abc" },
    );
    await response.text();
    await sendSpan(server, { ...caller, from, to: Date.now() + 1 });

    const trace = await traceOf(server, router, response, 4);
    expect(trace.id).toBe(caller.trace);
    const [served] = servers(trace);
    expect(served?.parent).toBe(caller.span);
    expect(trace.spans.find(({ id }) => id === caller.span)).toMatchObject({ service: "caller", parent: undefined });
    const attempts = trace.spans.filter(({ parent }) => parent === served?.id);
    const told = [openai, local].map(({ requests }) => requests.find(({ method }) => method === "POST")?.headers);
    expect(told).toEqual(
      attempts.map(({ id }) => ({ traceparent: `00-${caller.trace}-${id}-01`, tracestate: "vendor=abc" })),
    );
    expect(trace.warnings).toEqual([]);
  });

  test("routers one behind the other are one trace", async () => {
    const behind = await started(says("rehearsal behind"));
    const front = await startRouter({
      config: {
        ...tracedBy(server),
        backends: { openai: { baseUrl: behind.router.url, defaultModel: "openai/big" } },
        // The router behind keeps the budget.
        budgets: { stack: {} },
      },
      environment: { OPENAI_API_KEY: key.key },
    });
    const response = await front.chat({ model: "openai" });
    expect(response.status).toBe(200);
    await behind.router.drain();
    const trace = await traceOf(server, front, response, 4);
    expect(trace.spans.map(({ name, tags }) => `${tags["span.kind"]} ${name}`)).toEqual([
      "server POST /v1/chat/completions",
      "client chat openai/big",
      "server POST /v1/chat/completions",
      "client chat big",
    ]);
    const ids = trace.spans.map(({ id }) => id);
    expect(trace.spans.map(({ parent }) => parent)).toEqual([undefined, ...ids.slice(0, 3)]);
    expect(trace.warnings).toEqual([]);
  });
});

interface SentSpan {
  readonly trace: string;
  readonly span: string;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

/** A span of somebody else's, whose trace began there. */
async function sendSpan(server: Jaeger, { trace, span, from, to }: SentSpan): Promise<void> {
  const nanoseconds = (milliseconds: number) => `${milliseconds}000000`;
  const sent = {
    traceId: trace,
    spanId: span,
    name: "ask",
    kind: 3,
    startTimeUnixNano: nanoseconds(from),
    endTimeUnixNano: nanoseconds(to),
  };
  const service = { key: "service.name", value: { stringValue: "caller" } };
  const response = await fetch(`${server.otlpEndpoint}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ resourceSpans: [{ resource: { attributes: [service] }, scopeSpans: [{ spans: [sent] }] }] }),
  });
  expect(response.status).toBe(200);
}
