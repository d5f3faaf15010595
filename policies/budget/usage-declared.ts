import { refusing } from "./problems.ts";

/** Refuses what is billed by use while nobody says how much it will be. */
export const usageDeclared = refusing(["undeclared-usage"], {
  name: "usage-declared",
  reason: "Traffic, requests and logs are in no registration, yet on the bill.",
  fix: "declare the month's amount in the component's cost manifest, be it zero",
});
