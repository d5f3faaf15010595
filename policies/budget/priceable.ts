import { refusing } from "./problems.ts";

/** Refuses what has no price: an unknown or missing cost driver, a type or region that the table lacks. */
export const priceable = refusing(["unpriceable"], {
  name: "priceable",
  reason: "What nobody can price may cost anything; an unknown must never pass for zero.",
  fix: "give the property a plain value, or add the price with its source to infra/cost/prices",
});
