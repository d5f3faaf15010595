import type { Pack } from "../pack/pack.ts";
import { chartsDeclared } from "./charts-declared.ts";
import { manifestsHonest } from "./manifests-honest.ts";
import { nearBudget } from "./near-budget.ts";
import { priceable } from "./priceable.ts";
import { usageDeclared } from "./usage-declared.ts";
import { withinBudget } from "./within-budget.ts";

export const budgetPack: Pack = {
  name: "hybrid-llm-budget",
  description: "What a stack may cost, and that nothing in it is without a price.",
  policies: [withinBudget, nearBudget, priceable, usageDeclared, chartsDeclared, manifestsHonest],
};
