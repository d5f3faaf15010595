import { expect, test } from "vitest";
import { parseRouterConfig } from "../../../runtime/config/index.ts";
import { createTelemetry, type Telemetry } from "../../../runtime/router/telemetry/index.ts";

const onProblem = (message: string): void => {
  throw new Error(message);
};

function telemetry(): Telemetry {
  const config = parseRouterConfig({ name: "front", backends: { openai: { models: ["gpt-5.4"] } } }, "test");
  return createTelemetry(config, { version: "1.2.3", onProblem });
}

const request = (of: Telemetry) =>
  of.request({ method: "POST", route: "/v1/chat/completions", headers: {}, requestId: "req_1" });

const usage = { prompt_tokens: 20, completion_tokens: 7, total_tokens: 27 };

/** Name and labels to value, of every line that is no comment. */
async function scrape(of: Telemetry): Promise<Map<string, number>> {
  const lines = (await of.metricsText()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(" ");
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

const labels = 'gen_ai_operation_name="chat",gen_ai_provider_name="openai",gen_ai_request_model="gpt-5.4"';

test("an answered attempt is counted with its time and its tokens", async () => {
  const of = telemetry();
  const attempt = request(of).attempt({ operation: "chat", backend: "openai", model: "gpt-5.4", stream: true });
  attempt.firstToken();
  attempt.end({ outcome: "answered", usage });
  attempt.end({ outcome: "failed" });
  const metrics = await scrape(of);
  expect(metrics.get('hybrid_llm_attempts_total{backend="openai",model="gpt-5.4",outcome="answered"}')).toBe(1);
  expect(metrics.get('hybrid_llm_attempts_total{backend="openai",model="gpt-5.4",outcome="failed"}')).toBe(0);
  expect(metrics.get(`gen_ai_client_operation_duration_seconds_count{${labels},error_type=""}`)).toBe(1);
  expect(metrics.get(`gen_ai_client_operation_time_to_first_chunk_seconds_count{${labels}}`)).toBe(1);
  expect(metrics.get(`gen_ai_client_token_usage_sum{${labels},gen_ai_token_type="input"}`)).toBe(20);
  expect(metrics.get(`gen_ai_client_token_usage_sum{${labels},gen_ai_token_type="output"}`)).toBe(7);
});

test("tokens that a provider can't have counted don't spoil the sum of the others", async () => {
  const of = telemetry();
  for (const prompt_tokens of [20, Number.POSITIVE_INFINITY, 1e300]) {
    const attempt = request(of).attempt({ operation: "chat", backend: "openai", model: "gpt-5.4", stream: true });
    attempt.end({ outcome: "answered", usage: { ...usage, prompt_tokens } });
  }
  const metrics = await scrape(of);
  expect(metrics.get(`gen_ai_client_token_usage_sum{${labels},gen_ai_token_type="input"}`)).toBe(20);
  expect(metrics.get(`gen_ai_client_token_usage_sum{${labels},gen_ai_token_type="output"}`)).toBe(21);
});

test.each([
  [{ message: "HTTP 429", status: 429 }, "429"],
  [{ message: "no first token within 5 ms", slow: true }, "timeout"],
  [{ message: "connection refused" }, "failed"],
])("the time of an attempt that fails is kept apart: %o", async (failure, errorType) => {
  const of = telemetry();
  const attempt = request(of).attempt({ operation: "chat", backend: "openai", model: "gpt-5.4", stream: true });
  attempt.end({ outcome: "failed", failure });
  const metrics = await scrape(of);
  expect(metrics.get(`gen_ai_client_operation_duration_seconds_count{${labels},error_type="${errorType}"}`)).toBe(1);
  expect(metrics.get(`gen_ai_client_operation_duration_seconds_count{${labels},error_type=""}`)).toBe(0);
});

test("a client that goes away says nothing of how long a provider takes", async () => {
  const of = telemetry();
  const attempt = request(of).attempt({ operation: "chat", backend: "openai", model: "gpt-5.4", stream: true });
  attempt.end({ outcome: "client_gone" });
  const metrics = await scrape(of);
  expect(metrics.get('hybrid_llm_attempts_total{backend="openai",model="gpt-5.4",outcome="client_gone"}')).toBe(1);
  expect(metrics.get(`gen_ai_client_operation_duration_seconds_count{${labels},error_type=""}`)).toBe(0);
});

test("retries, failovers and continuations are told apart by what was asked before", async () => {
  const of = telemetry();
  const one = request(of);
  const openai = { operation: "chat", backend: "openai", model: "gpt-5.4", stream: true } as const;
  const local = { ...openai, backend: "local", model: "llama3:8b" } as const;
  one.attempt(openai);
  one.attempt(openai);
  one.attempt(local);
  one.attempt({ ...openai, continues: true });
  one.attempt({ ...openai, continues: true });
  const metrics = await scrape(of);
  expect(metrics.get('hybrid_llm_retries_total{backend="openai",model="gpt-5.4"}')).toBe(1);
  expect(metrics.get('hybrid_llm_failovers_total{from="openai",to="local"}')).toBe(1);
  expect(metrics.get('hybrid_llm_continuations_total{from="local",to="openai"}')).toBe(1);
  expect(metrics.get('hybrid_llm_continuations_total{from="openai",to="openai"}')).toBe(1);
});

test("requests and streams under way are counted up and down, each once", async () => {
  const of = telemetry();
  const [one, other] = [request(of), request(of)];
  one.streaming();
  one.streaming();
  const during = await scrape(of);
  expect([during.get("hybrid_llm_requests_active"), during.get("hybrid_llm_streams_open")]).toEqual([2, 1]);
  one.end({ status: 200, wire: "anthropic" });
  one.end({ status: 200, wire: "anthropic" });
  one.streaming();
  other.end({ status: 401, error: "unauthorized" });
  const after = await scrape(of);
  expect([after.get("hybrid_llm_requests_active"), after.get("hybrid_llm_streams_open")]).toEqual([0, 0]);
  const route = 'route="/v1/chat/completions"';
  expect(after.get(`hybrid_llm_requests_total{${route},status="200",wire="anthropic"}`)).toBe(1);
  expect(after.get(`hybrid_llm_requests_total{${route},status="401",wire=""}`)).toBe(1);
  expect(after.get(`hybrid_llm_request_duration_seconds_count{${route}}`)).toBe(2);
  expect(after.get('hybrid_llm_requests_rejected_total{code="unauthorized"}')).toBe(1);
});

test("a failure of the backends is not a refused request", async () => {
  const of = telemetry();
  request(of).end({ status: 503, error: "all_backends_down" });
  expect(await of.metricsText()).not.toContain('code="all_backends_down"');
});

test("only models that are configured or listed are told by name", async () => {
  const of = telemetry();
  of.observe({ models: (backend) => (backend === "local" ? ["mistral"] : []) });
  const asked = (backend: "local" | "openai", model: string) =>
    request(of).attempt({ operation: "chat", backend, model, stream: true }).end({ outcome: "answered" });
  asked("openai", "gpt-5.4");
  asked("local", "mistral");
  // A tier of the default configuration.
  asked("local", "llama3:8b");
  for (let index = 0; index < 500; index++) asked("openai", `made-up-${index}`);
  const text = await of.metricsText();
  expect(text).not.toContain("made-up");
  const metrics = await scrape(of);
  const answered = (backend: string, model: string) =>
    metrics.get(`hybrid_llm_attempts_total{backend="${backend}",model="${model}",outcome="answered"}`);
  expect(answered("openai", "gpt-5.4")).toBe(1);
  expect(answered("local", "mistral")).toBe(1);
  expect(answered("local", "llama3:8b")).toBe(1);
  expect(answered("openai", "other")).toBe(500);
});

test("gauges are read when they are asked for", async () => {
  const of = telemetry();
  let state: "closed" | "open" = "closed";
  of.observe({ breakers: () => [{ backend: "openai", model: "gpt-5.4", state }] });
  of.observe({ predictive: () => [{ backend: "openai", model: "gpt-5.4", averageMs: 750, slow: true }] });
  const breaker = async () => {
    const metrics = await scrape(of);
    return ["closed", "half_open", "open"].map((each) =>
      metrics.get(`hybrid_llm_breaker_state{backend="openai",model="gpt-5.4",state="${each}"}`),
    );
  };
  expect(await breaker()).toEqual([1, 0, 0]);
  state = "open";
  expect(await breaker()).toEqual([0, 0, 1]);
  const metrics = await scrape(of);
  expect(metrics.get('hybrid_llm_predictive_average_seconds{backend="openai",model="gpt-5.4"}')).toBe(0.75);
  expect(metrics.get('hybrid_llm_predictive_slow{backend="openai",model="gpt-5.4"}')).toBe(1);
});

test("counters outlive a new configuration, whose models are known from then on", async () => {
  const of = telemetry();
  const openai = { operation: "chat", backend: "openai", stream: true } as const;
  request(of)
    .attempt({ ...openai, model: "gpt-5.4" })
    .end({ outcome: "answered" });
  request(of)
    .attempt({ ...openai, model: "gpt-6" })
    .end({ outcome: "answered" });
  of.reconfigure(parseRouterConfig({ backends: { openai: { models: ["gpt-5.4", "gpt-6"] } } }, "test"));
  of.reloaded("ok");
  of.reloaded("refused");
  request(of)
    .attempt({ ...openai, model: "gpt-5.4" })
    .end({ outcome: "answered" });
  request(of)
    .attempt({ ...openai, model: "gpt-6" })
    .end({ outcome: "answered" });
  const metrics = await scrape(of);
  const answered = (model: string) =>
    metrics.get(`hybrid_llm_attempts_total{backend="openai",model="${model}",outcome="answered"}`);
  expect([answered("gpt-5.4"), answered("other"), answered("gpt-6")]).toEqual([2, 1, 1]);
  expect(metrics.get('hybrid_llm_config_reloads_total{result="ok"}')).toBe(1);
  expect(metrics.get('hybrid_llm_config_reloads_total{result="refused"}')).toBe(1);
});

test("routers of one process count for themselves, and each tells the process's own metrics", async () => {
  const [one, other] = [telemetry(), telemetry()];
  request(one).end({ status: 200 });
  const series = 'hybrid_llm_requests_total{route="/v1/chat/completions",status="200",wire=""}';
  expect((await scrape(one)).get(series)).toBe(1);
  expect((await scrape(other)).get(series)).toBeUndefined();
  for (const each of [one, other]) {
    expect((await scrape(each)).get("process_cpu_seconds_total")).toBeGreaterThan(0);
  }
});

test("the text is Prometheus's: every series once, below its type, and says which router it is", async () => {
  const of = telemetry();
  const attempt = request(of).attempt({ operation: "chat", backend: "openai", model: "gpt-5.4", stream: true });
  attempt.end({ outcome: "answered", usage });
  expect(of.contentType).toBe("text/plain; version=0.0.4; charset=utf-8");
  const types = new Map<string, string>();
  const seen = new Set<string>();
  for (const line of (await of.metricsText()).split("\n")) {
    const type = /^# TYPE (\S+) (counter|gauge|histogram|summary)$/.exec(line);
    if (type) {
      expect(types.has(type[1] ?? "")).toBe(false);
      types.set(type[1] ?? "", type[2] ?? "");
    } else if (line !== "" && !line.startsWith("# HELP ")) {
      const series = /^([a-zA-Z_:][\w:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*",?)*\})? (?:[-+.\deE]+|Nan)$/.exec(
        line,
      );
      expect(series, line).not.toBeNull();
      const name = series?.[1] ?? "";
      expect(types.has(name) || types.get(name.replace(/_(?:bucket|sum|count)$/, "")) === "histogram", line).toBe(true);
      expect(seen.has(`${name}${series?.[2] ?? ""}`), line).toBe(false);
      seen.add(`${name}${series?.[2] ?? ""}`);
    }
  }
  const info = [...seen].find((each) => each.startsWith("hybrid_llm_info"));
  expect(info).toMatch(/^hybrid_llm_info\{router="front",version="1\.2\.3",region="",config="[\da-f]{12}"\}$/);
});
