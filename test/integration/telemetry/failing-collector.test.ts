import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { parseRouterConfig } from "../../../runtime/config/index.ts";
import type { Telemetry } from "../../../runtime/router/telemetry/index.ts";
import { answeredRequest, chatRequest, collector, metric, type TestTelemetry, telemetryOf } from "./support.ts";

const spansOfOne = 2;
/** Enough for a batch to be sent at once, without the wait for its time. */
const batchOfRequests = 500;
/** More than the queue holds. */
const tooMany = 30_000;
/** Less than the exporter's own deadlines, so that what does not keep the caller's fails. */
const endsSoon = { timeout: 4_500 };

const exported = (telemetry: Telemetry) => metric(telemetry, "hybrid_llm_spans_exported_total");
const dropped = async (telemetry: Telemetry, reason: string) =>
  (await metric(telemetry, `hybrid_llm_spans_dropped_total{reason="${reason}"}`)) ?? 0;

function requests(telemetry: Telemetry, count: number): void {
  for (let index = 0; index < count; index++) answeredRequest(telemetry);
}

/** The address of a port that nobody listens on. */
async function nowhere(): Promise<string> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return `127.0.0.1:${port}`;
}

/** A collector that speaks no HTTP. */
async function babbler(): Promise<string> {
  const server = createServer((socket) => socket.on("error", () => {}).end("I am not a web server\r\n\r\n"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The exporter's whole time becomes less than its pause before another try. */
function withoutRetries(): void {
  vi.stubEnv("OTEL_EXPORTER_OTLP_TIMEOUT", "500");
  onTestFinished(() => void vi.unstubAllEnvs());
}

/** What must be so after any failure: every request was counted, its spans were, and it was said once. */
async function expectLost(telemetry: TestTelemetry, spans: number, problem: RegExp): Promise<void> {
  expect(await dropped(telemetry, "export_failed")).toBe(spans);
  expect((await exported(telemetry)) ?? 0).toBe(0);
  expect(telemetry.problems).toEqual([expect.stringMatching(problem)]);
}

test("a collector that is down costs its spans and nothing else, and its URL's password is not told", async () => {
  withoutRetries();
  const telemetry = telemetryOf({ otlpEndpoint: `http://user:planted-password@${await nowhere()}` });
  requests(telemetry, 3);
  await telemetry.close({ timeoutMs: 5_000 });
  await expectLost(
    telemetry,
    3 * spansOfOne,
    /^spans are lost on the way to the collector at 127\.0\.0\.1:\d+: connection refused; 6 so far$/,
  );
  expect(await metric(telemetry, 'hybrid_llm_requests_total{route="/v1/chat/completions",status="200",wire=""}')).toBe(
    3,
  );
});

test("a collector that hangs holds up neither requests nor the end", endsSoon, async () => {
  const hanging = await collector(() => {});
  const telemetry = telemetryOf({ otlpEndpoint: hanging.url });
  requests(telemetry, batchOfRequests);
  await hanging.batches(1);
  requests(telemetry, 3);
  await telemetry.close({ timeoutMs: 50 });
  await expectLost(telemetry, (batchOfRequests + 3) * spansOfOne, /: the router is stopping; \d+ so far$/);
});

test.each([400, 401, 500])("a collector that answers %i is told once and not tried again", async (status) => {
  const refusing = await collector((response) => response.writeHead(status).end("planted-words"));
  const telemetry = telemetryOf({ otlpEndpoint: refusing.url });
  requests(telemetry, batchOfRequests);
  await refusing.batches(1);
  requests(telemetry, 3);
  await telemetry.close({ timeoutMs: 5_000 });
  expect(new Set(refusing.bodies.map((body) => body.toString("hex"))).size).toBe(refusing.bodies.length);
  await expectLost(telemetry, (batchOfRequests + 3) * spansOfOne, new RegExp(`: HTTP ${status}; \\d+ so far$`));
});

test("a collector that asks for patience gets the same batch again", async () => {
  const busy = await collector((response, batch) => response.writeHead(batch === 1 ? 503 : 200).end());
  const telemetry = telemetryOf({ otlpEndpoint: busy.url });
  requests(telemetry, batchOfRequests);
  await busy.batches(2);
  await telemetry.close({ timeoutMs: 5_000 });
  expect(busy.bodies[1]).toEqual(busy.bodies[0]);
  expect(await exported(telemetry)).toBe(batchOfRequests * spansOfOne);
  expect(telemetry.problems).toEqual([]);
});

test("a collector that stays busy costs its spans", async () => {
  withoutRetries();
  const busy = await collector((response) => response.writeHead(503).end("planted-words"));
  const telemetry = telemetryOf({ otlpEndpoint: busy.url });
  requests(telemetry, 1);
  await telemetry.close({ timeoutMs: 5_000 });
  await expectLost(telemetry, spansOfOne, /: it asks to be tried again later; 2 so far$/);
});

test("a collector that does not speak HTTP is as good as none", async () => {
  const telemetry = telemetryOf({ otlpEndpoint: await babbler() });
  requests(telemetry, 1);
  await telemetry.close({ timeoutMs: 5_000 });
  await expectLost(telemetry, spansOfOne, /: (?:no answer|its answer is not HTTP)/);
});

test("a collector that answers without end is not listened to", async () => {
  const telling = await collector((response) => {
    const more = () => {
      while (!response.destroyed && response.write("x".repeat(65_536)));
    };
    response.on("drain", more);
    more();
  });
  const telemetry = telemetryOf({ otlpEndpoint: telling.url });
  requests(telemetry, 1);
  await telemetry.close({ timeoutMs: 5_000 });
  await expectLost(telemetry, spansOfOne, /: it did not take them; 2 so far$/);
});

test("the queue is bounded: what a slow collector can't take is dropped and counted, the rest arrives", async () => {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = await collector((response) => void released.then(() => response.end()));
  const telemetry = telemetryOf({ otlpEndpoint: slow.url });
  requests(telemetry, batchOfRequests);
  await slow.batches(1);
  requests(telemetry, tooMany);
  const lost = await dropped(telemetry, "queue_full");
  expect(lost).toBeGreaterThan(0);
  expect(telemetry.problems).toEqual([expect.stringMatching(/: the collector is too slow; \d+ so far$/)]);
  release();
  await telemetry.close({ timeoutMs: 5_000 });
  const all = (batchOfRequests + tooMany) * spansOfOne;
  expect(slow.spans().length).toBe(all - lost);
  expect(await exported(telemetry)).toBe(all - lost);
  for (const body of slow.bodies) expect(body.length).toBeLessThan(5 * 1024 * 1024);
});

test("recorded contents are bounded by their size", async () => {
  const hanging = await collector(() => {});
  const telemetry = telemetryOf({ otlpEndpoint: hanging.url, recordContent: true });
  const text = "x".repeat(100_000);
  for (let index = 0; index < 400; index++) {
    const request = chatRequest(telemetry);
    const attempt = request.attempt({ operation: "chat", backend: "openai", model: "gpt-5.4", stream: true });
    attempt.prompt({ messages: [{ role: "user", parts: [{ type: "text", text }] }] });
    attempt.end({ outcome: "answered" });
    request.end({ status: 200 });
  }
  const kept = 400 * spansOfOne - (await dropped(telemetry, "queue_full"));
  expect((kept / spansOfOne) * text.length).toBeLessThan(20 * 1024 * 1024);
  expect((kept / spansOfOne) * text.length).toBeGreaterThan(10 * 1024 * 1024);
});

test("spans that end after the end are dropped and counted, and the end can come twice", async () => {
  const taking = await collector();
  const telemetry = telemetryOf({ otlpEndpoint: taking.url });
  await telemetry.close({ timeoutMs: 5_000 });
  answeredRequest(telemetry);
  await telemetry.close({ timeoutMs: 5_000 });
  expect(taking.bodies).toEqual([]);
  expect(await dropped(telemetry, "closed")).toBe(spansOfOne);
});

test("a collector that hangs holds up the end no longer when it has been replaced", endsSoon, async () => {
  const hanging = await collector(() => {});
  const telemetry = telemetryOf({ otlpEndpoint: hanging.url });
  requests(telemetry, 1);
  telemetry.reconfigure(parseRouterConfig({}, "test"));
  await hanging.batches(1);
  await telemetry.close({ timeoutMs: 50 });
  expect(await dropped(telemetry, "export_failed")).toBe(spansOfOne);
});
