export type { AnswerName, AnswerStore, Claim, Origin, StoredAnswer, StoreLimits, Turn } from "./answer-store.ts";
export { type Answered, type FirstAnswer, FirstAnswers } from "./first-answer.ts";
export { MemoryStore } from "./memory-store.ts";
export { openAnswers } from "./open.ts";
export { RedisStore, type RedisStoreOptions } from "./redis-store.ts";
export { type Begun, idempotencyHeader, Replays } from "./replays.ts";
