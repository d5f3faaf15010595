import { defineConfig } from "vitest/config";

/**
 * `npm test` runs these projects in one go. Slower suites (real Ollama, a real cluster) have projects of their own
 * and commands of their own. Each test file is a process of its own, so that what it starts can't leak into the next.
 */
export default defineConfig({
  test: {
    pool: "forks",
    projects: [
      { extends: true, test: { name: "unit", include: ["test/unit/**/*.test.ts"] } },
      {
        extends: true,
        test: { name: "program", include: ["test/program/**/*.test.ts"], testTimeout: 60_000, hookTimeout: 60_000 },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
