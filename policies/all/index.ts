import { budgetPack } from "../budget/index.ts";
import type { Pack } from "../pack/pack.ts";
import { securityPack } from "../security/index.ts";
import { sovereigntyPack } from "../sovereignty/index.ts";

/** Every policy in one pack, so that a preview starts one process for them and each registration is read once. */
export const wholePack: Pack = {
  name: "hybrid-llm-all",
  description: "Budget, sovereignty and security together.",
  policies: [budgetPack, sovereigntyPack, securityPack].flatMap(({ policies }) => policies),
};
