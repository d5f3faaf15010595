import { ask } from "./ask.ts";
import { hold } from "./hold.ts";
import type { LoadJob, LoadOrder, LoadReport } from "./job.ts";

// The load generator is a process of its own: it does what its parent says, one job at a time, and ends with it.

let stop = new AbortController();

process.on("message", (order: LoadOrder) => {
  if (order.type === "stop") stop.abort();
  else void perform(order);
});
process.on("disconnect", () => process.exit(0));

async function perform(job: LoadJob): Promise<void> {
  stop = new AbortController();
  if (job.type === "ask") {
    report({ type: "asked", result: await ask(job, stop.signal, (requests) => report({ type: "asking", requests })) });
  } else {
    report({ type: "held", state: await hold(job, stop.signal, (state) => report({ type: "holding", state })) });
  }
}

function report(message: LoadReport): void {
  process.send?.(message);
}
