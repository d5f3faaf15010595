import { defineConfig } from "vitest/config";

/** The tests that must notice a guard's absence, and no slower ones: each mutant is asked by those that reach it. */
export default defineConfig({
  test: {
    include: [
      "test/unit/policies/{budget,pack}.test.ts",
      "test/unit/cost/budget.test.ts",
      "test/unit/stacks/refusal.test.ts",
    ],
  },
});
