export type { AnswerStore, Claim, StoredAnswer, Turn } from "./answer-store.ts";
export { MemoryStore, type StoreLimits } from "./memory-store.ts";
export { type Begun, type FirstAnswer, idempotencyHeader, Replays } from "./replays.ts";
