import { freePort } from "../../../tools/parts/free-port.ts";
import { jaeger } from "../../../tools/parts/index.ts";
import { type Server, scratchDirectory, startServer } from "../support.ts";
import { type Trace, type TraceBody, tracesOf } from "./traces.ts";

export interface JaegerPorts {
  readonly otlp: number;
  readonly query: number;
  readonly admin: number;
}

export interface Jaeger extends Server {
  readonly ports: JaegerPorts;
  /** What a router's telemetry.otlpEndpoint is set to. */
  readonly otlpEndpoint: string;
  /** The data of an answer of its query API. */
  query<Data>(path: string): Promise<Data>;
  /** A service's traces with a span that has these tags, the earliest first. A span is found only after a while. */
  traces(service: string, tags: Readonly<Record<string, string>>): Promise<readonly Trace[]>;
}

export const routerService = "hybrid-llm-router";

/** A real Jaeger that keeps traces in memory. It is started again in its place with the same ports. */
export async function startJaeger(directory: string, ports?: JaegerPorts): Promise<Jaeger> {
  const chosen = ports ?? { otlp: await freePort(), query: await freePort(), admin: await freePort() };
  const at = (port: number) => `127.0.0.1:${port}`;
  const server = await startServer({
    command: jaeger.program(directory),
    args: [
      `--collector.otlp.http.host-port=${at(chosen.otlp)}`,
      `--query.http-server.host-port=${at(chosen.query)}`,
      `--admin.http.host-port=${at(chosen.admin)}`,
      `--collector.otlp.grpc.host-port=${at(0)}`,
      `--collector.http-server.host-port=${at(0)}`,
      `--collector.grpc-server.host-port=${at(0)}`,
      `--query.grpc-server.host-port=${at(0)}`,
      "--log-level=warn",
    ],
    // Else it traces itself, and its end waits for a collector of its own traces.
    environment: { PATH: process.env.PATH, OTEL_TRACES_SAMPLER: "always_off" },
    readyUrl: `http://${at(chosen.admin)}/`,
    directory: scratchDirectory("jaeger"),
  });
  const query = async <Data>(path: string): Promise<Data> => {
    const response = await fetch(`http://${at(chosen.query)}/api${path}`);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return ((await response.json()) as { readonly data: Data }).data;
  };
  return {
    ...server,
    ports: chosen,
    otlpEndpoint: `http://${at(chosen.otlp)}`,
    query,
    async traces(service, tags) {
      const parameters = new URLSearchParams({ service, tags: JSON.stringify(tags), limit: "1000" });
      return tracesOf(await query<readonly TraceBody[]>(`/traces?${parameters}`));
    },
  };
}
