import { randomUUID } from "node:crypto";
import { expect, vi } from "vitest";
import type { RouterConfigInput } from "../../../runtime/config/index.ts";
import type { TestRouter } from "../../integration/router/support.ts";
import { type Jaeger, routerService } from "./server.ts";
import type { Trace } from "./traces.ts";

/** A configuration whose traces go to this Jaeger, by a name of the router that no other test has. */
export const tracedBy = (jaeger: Jaeger) =>
  ({ name: `test-${randomUUID()}`, telemetry: { otlpEndpoint: jaeger.otlpEndpoint } }) satisfies RouterConfigInput;

/** How long Jaeger may take to show what was sent to it. */
const patience = { timeout: 60_000, interval: 50 };

/** The traces with a span that has these tags, once they have so many spans in all. */
export function tracesWith(jaeger: Jaeger, tags: Record<string, string>, spans: number): Promise<readonly Trace[]> {
  return vi.waitFor(async () => {
    const traces = await jaeger.traces(routerService, tags);
    expect(traces.flatMap((trace) => trace.spans)).toHaveLength(spans);
    return traces;
  }, patience);
}

export const requestIdOf = (response: Response): string => response.headers.get("x-request-id") ?? "";

/** The only trace of a request, with so many spans; its router ends first, and so has sent everything. */
export async function traceOf(jaeger: Jaeger, router: TestRouter, response: Response, spans: number): Promise<Trace> {
  await router.drain();
  const [trace, ...others] = await tracesWith(jaeger, { "hybrid_llm.request_id": requestIdOf(response) }, spans);
  if (!trace || others.length > 0) throw new Error(`this request has ${others.length + (trace ? 1 : 0)} traces`);
  return trace;
}
