export { unbounded } from "./unbounded.ts";
export { type Attempt, type WorstCase, worstCase, worstCaseOfEmbeddings } from "./worst-case.ts";
