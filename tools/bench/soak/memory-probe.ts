import { appendFileSync } from "node:fs";

// Preloaded into a process whose memory is watched (`node --expose-gc --import`): writes a line of JSON at intervals.
// Garbage is collected first, so that the heap shows what is held and not what was last thrown away.

const { BENCH_MEMORY_FILE: file, BENCH_MEMORY_MS: interval } = process.env;

if (file) {
  setInterval(() => {
    globalThis.gc?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    appendFileSync(file, `${JSON.stringify({ at: Date.now(), rss, heap: heapUsed + external })}\n`);
  }, Number(interval)).unref();
}
