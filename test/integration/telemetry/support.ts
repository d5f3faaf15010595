import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { parseRouterConfig, type RouterConfigInput } from "../../../runtime/config/index.ts";
import { createTelemetry, type Telemetry } from "../../../runtime/router/telemetry/index.ts";
import { type DecodedExport, type DecodedSpan, decodeExport } from "./otlp-decoding.ts";

/** What a collector does with one batch; by default it takes it. */
export type Behaviour = (response: ServerResponse, batch: number) => void;

export interface Collector {
  readonly url: string;
  /** The bodies, as they came. */
  readonly bodies: readonly Buffer[];
  readonly requests: readonly IncomingMessage[];
  exports(): DecodedExport[];
  spans(): DecodedSpan[];
  /** Resolves once so many batches have arrived whole. */
  batches(count: number): Promise<void>;
}

/** A collector for OTLP over HTTP that ends with the test. */
export async function collector(behaviour: Behaviour = (response) => response.end()): Promise<Collector> {
  const bodies: Buffer[] = [];
  const requests: IncomingMessage[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    bodies.push(Buffer.concat(chunks));
    requests.push(request);
    server.emit("batch");
    behaviour(response, bodies.length);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    requests,
    exports: () => bodies.map(decodeExport),
    spans: () => bodies.flatMap((body) => decodeExport(body).spans),
    async batches(count) {
      while (bodies.length < count) await once(server, "batch");
    },
  };
}

export interface TestTelemetry extends Telemetry {
  readonly problems: readonly string[];
}

/** Telemetry of a router; `telemetry` is that part of its configuration. */
export function telemetryOf(
  telemetry: RouterConfigInput["telemetry"],
  config: Omit<RouterConfigInput, "telemetry"> = {},
): TestTelemetry {
  const problems: string[] = [];
  const parsed = parseRouterConfig({ ...config, telemetry }, "test");
  const made = createTelemetry(parsed, { version: "1.2.3", onProblem: (message) => problems.push(message) });
  onTestFinished(() => made.close({ timeoutMs: 0 }));
  return Object.assign(made, { problems });
}

export const chatRoute = "/v1/chat/completions";

/** Begins a chat request, by default without a caller's context. */
export const chatRequest = (telemetry: Telemetry, headers: Record<string, string> = {}) =>
  telemetry.request({ method: "POST", route: chatRoute, headers, requestId: "req_1" });

/** A request with one attempt that is answered. */
export function answeredRequest(telemetry: Telemetry): void {
  const request = chatRequest(telemetry);
  const attempt = request.attempt({ operation: "chat", backend: "openai", model: "gpt-5.4", stream: true });
  attempt.end({ outcome: "answered" });
  request.end({ status: 200, outcome: "answered" });
}

/** The value of a series in Prometheus text, by its name and labels as they stand there. */
export async function metric(telemetry: Telemetry, series: string): Promise<number | undefined> {
  const line = (await telemetry.metricsText()).split("\n").find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}
