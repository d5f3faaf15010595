import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** A suite that starts real processes, or waits for something. */
const slow = (name: string, limitMs: number) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout: limitMs, hookTimeout: limitMs },
});

/**
 * `npm test` runs these projects in one go. Slower suites (real Ollama, a real cluster) have projects of their own
 * and commands of their own. Each test file is a process of its own, so that what it starts can't leak into the next.
 */
export default defineConfig({
  test: {
    pool: "forks",
    // Most tests wait for processes of their own more than they work.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      { extends: true, test: { name: "unit", include: ["test/unit/**/*.test.ts"] } },
      slow("program", 180_000),
      slow("integration", 180_000),
      slow("faults", 60_000),
      slow("browser", 180_000),
      slow("parts", 600_000),
      slow("cluster", 300_000),
      slow("real", 120_000),
    ],
  },
});
