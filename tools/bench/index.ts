export { benchBudget } from "./budget/index.ts";
export { benchCache } from "./cache/index.ts";
export { benchCompare, type CompareOptions } from "./compare/index.ts";
export type { Kind } from "./conversation.ts";
export { benchLedger } from "./ledger/index.ts";
export { benchPreview } from "./preview/index.ts";
export { benchSoak } from "./soak/index.ts";
export { benchStreams } from "./streams/index.ts";
export { createPortkey, litellm, type Peer } from "./systems/index.ts";
