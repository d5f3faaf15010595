import { afterAll, beforeAll, expect, test } from "vitest";
import { jaeger } from "../../../tools/parts/index.ts";
import { bearer, chatPath, key, router as startRouter, upstream } from "../../integration/router/support.ts";
import { describeWithServer } from "../support.ts";
import { type Jaeger, routerService, startJaeger } from "./server.ts";
import { requestIdOf, tracedBy, traceOf, tracesWith } from "./support.ts";
import { clients, servers } from "./traces.ts";

const question = "planted-question";
const answer = "rehearsal planted-answer";
const messages = [{ role: "user", content: question }];
const fails = (status: number) => ({ behaviour: { fault: { type: "status" as const, status } } });

/** What is asked for, the status of the answer, and what became of each attempt. */
const requests: [what: string, path: string, body: object, status: number, outcomes: string[]][] = [
  ["JSON", chatPath, { model: "openai", messages }, 200, ["answered"]],
  ["a stream", chatPath, { model: "openai", messages, stream: true }, 200, ["answered"]],
  ["Anthropic's wire", "/v1/messages", { model: "openai", messages, max_tokens: 9 }, 200, ["answered"]],
  ["a route", "/v1/route", { prompt: question, preferred_model: "openai" }, 200, ["answered"]],
  ["embeddings", "/v1/embeddings", { model: "local/all-minilm", input: question }, 200, ["answered"]],
  ["refused by the router", chatPath, { model: "openai", messages: question }, 400, []],
  ["a model of nobody's", chatPath, { model: "openai/unknown", messages }, 404, []],
  ["refused by the provider", chatPath, { model: "openai/picky", messages }, 400, ["rejected"]],
  ["all down", chatPath, { model: "openai/failing", messages }, 503, ["failed", "failed"]],
];

describeWithServer(jaeger, "requests in a real Jaeger", (directory) => {
  let server: Jaeger;

  beforeAll(async () => {
    server = await startJaeger(directory);
  });

  afterAll(() => server.stop());

  async function started() {
    const openai = await upstream({
      rules: [{ model: "picky", ...fails(400) }, { model: "failing", ...fails(503) }, { behaviour: { text: answer } }],
    });
    const local = await upstream({ rules: [{ kind: "chat", ...fails(503) }] });
    const traced = tracedBy(server);
    const router = await startRouter({
      config: {
        ...traced,
        backends: {
          openai: { baseUrl: openai.url, rehearsal: true, defaultModel: "big", models: ["picky", "failing"] },
          local: { baseUrl: local.url, rehearsal: true, models: ["all-minilm"] },
        },
        failoverChain: ["local"],
      },
    });
    return { router, openai, tags: { "hybrid_llm.router": traced.name } };
  }

  test.each(requests)("%s is one trace: a SERVER span, a CLIENT span for each attempt", async (...request) => {
    const [, path, body, status, outcomes] = request;
    const { router, tags } = await started();
    const response = await router.post(path, body);
    await response.text();
    expect(response.status).toBe(status);

    const trace = await traceOf(server, router, response, 1 + outcomes.length);
    expect(trace.warnings).toEqual([]);
    const [served, ...more] = servers(trace);
    expect(more).toEqual([]);
    expect(served).toMatchObject({ name: `POST ${path}`, parent: undefined, service: routerService });
    expect(served?.tags).toMatchObject({
      "http.request.method": "POST",
      "http.route": path,
      "http.response.status_code": status,
      "hybrid_llm.request_id": requestIdOf(response),
      "hybrid_llm.tenant": "school",
      ...(status >= 500 ? { error: true, "error.type": String(status) } : {}),
    });
    // A client's own mistake is not shown as the server's error.
    expect("error" in (served?.tags ?? {})).toBe(status >= 500);
    expect(clients(trace).map(({ parent }) => parent)).toEqual(outcomes.map(() => served?.id));
    expect(clients(trace).map((client) => client.tags["hybrid_llm.outcome"])).toEqual(outcomes);
    // Nothing else came from this router: no probe, no second trace.
    expect(await server.traces(routerService, tags)).toEqual([trace]);
  });

  test("an attempt has what the GenAI conventions name", async () => {
    const { router } = await started();
    const response = await router.chat({ model: "openai", messages, max_tokens: 100, temperature: 0.5 });
    const [client] = clients(await traceOf(server, router, response, 2));
    expect(client?.name).toBe("chat big");
    expect(client?.tags).toMatchObject({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "big",
      "gen_ai.request.stream": true,
      "gen_ai.request.max_tokens": 100,
      "gen_ai.request.temperature": 0.5,
      "gen_ai.response.id": expect.any(String),
      "gen_ai.response.model": "rehearsal/big",
      "gen_ai.response.finish_reasons": '["stop"]',
      "gen_ai.response.time_to_first_chunk": expect.any(Number),
      "gen_ai.usage.input_tokens": expect.any(Number),
      "gen_ai.usage.output_tokens": expect.any(Number),
      "server.address": "127.0.0.1",
      "server.port": expect.any(Number),
    });
  });

  test("a provider that counts beyond all numbers does not keep Jaeger from showing the others", async () => {
    const chunk = { id: "1", object: "chat.completion.chunk", created: 0, model: "big" };
    const finish = { index: 0, delta: { content: "rehearsal" }, finish_reason: "stop" };
    const usage = `{"prompt_tokens":1e400,"completion_tokens":1e300,"total_tokens":1}`;
    const said = `${JSON.stringify({ ...chunk, choices: [finish] }).slice(0, -1)},"usage":${usage}}`;
    const { router, openai, tags } = await started();
    openai.setScript({ rules: [{ times: 1, behaviour: { raw: { chunks: [`data: ${said}\n\ndata: [DONE]\n\n`] } } }] });
    for (const status of [200, 200]) expect((await router.chat({ model: "openai" })).status).toBe(status);
    await router.drain();
    const attempts = (await tracesWith(server, tags, 4)).flatMap(clients);
    expect(attempts.map((attempt) => "gen_ai.usage.input_tokens" in attempt.tags)).toEqual([false, true]);
    expect(attempts.map((attempt) => "gen_ai.usage.output_tokens" in attempt.tags)).toEqual([false, true]);
  });

  test("of many at once none is lost, and none is in another's trace", async () => {
    const { router, tags } = await started();
    const count = 300;
    const ids = Array.from({ length: count }, (_, index) => `many-${index}`);
    const ask = (id: string) => router.chat({ model: "openai" }, { "x-request-id": id });
    await Promise.all(ids.map(async (id) => (await ask(id)).text()));
    await router.drain();
    const traces = await tracesWith(server, tags, 2 * count);
    expect(traces.map((trace) => [servers(trace).length, clients(trace).length])).toEqual(ids.map(() => [1, 1]));
    const found = traces.map((trace) => trace.spans[0]?.tags["hybrid_llm.request_id"]);
    expect(found.sort()).toEqual(ids.sort());
    expect(traces.flatMap(({ warnings }) => warnings)).toEqual([]);
  });

  test("the id that a client gives or gets finds the trace", async () => {
    const { router } = await started();
    const given = await router.chat({ model: "openai" }, { "x-request-id": "ticket-4711" });
    const made = await router.chat({ model: "openai" });
    expect(requestIdOf(given)).toBe("ticket-4711");
    const ids = [];
    for (const response of [given, made]) ids.push((await traceOf(server, router, response, 2)).id);
    expect(new Set(ids).size).toBe(2);
  });

  test("services and operations are listed by their names", async () => {
    const { router } = await started();
    const response = await router.chat({ model: "openai" });
    await traceOf(server, router, response, 2);
    expect(await server.query("/services")).toEqual([routerService]);
    expect(await server.query(`/operations?service=${routerService}`)).toEqual(
      expect.arrayContaining([
        { name: `POST ${chatPath}`, spanKind: "server" },
        { name: "chat big", spanKind: "client" },
      ]),
    );
  });

  test("neither prompts nor answers nor keys are in it", async () => {
    const { router, tags } = await started();
    for (const [, path, body] of requests) await (await router.post(path, body)).text();
    await router.drain();
    const spans = requests.reduce((sum, [, , , , outcomes]) => sum + 1 + outcomes.length, 0);
    await tracesWith(server, tags, spans);
    const told = JSON.stringify(await server.query(`/traces?service=${routerService}&limit=1000`));
    expect(told).toContain(key.id);
    for (const secret of ["planted", key.key, bearer.authorization]) expect(told).not.toContain(secret);
  });
});
