import { refusing } from "./problems.ts";

/** Refuses a chart of which nobody says what it brings. */
export const chartsDeclared = refusing(["undeclared-chart"], {
  name: "charts-declared",
  reason: "A preview can't look into a chart, so its volumes and balancers must be declared beside it.",
  fix: "install it as a ChartRelease with its declaration, or name it in a cost manifest",
});
