import { collectDefaultMetrics, Registry } from "prom-client";

/** Of the process, whose routers share it. */
let registry: Registry | undefined;

/** prom-client's metrics of this process: CPU, memory, garbage collection, event loop. Counted from the first call on. */
export function processMetrics(): Registry {
  if (!registry) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
  }
  return registry;
}
