export type { AnswerName, AnswerStore, Claim, Origin, StoredAnswer, StoreLimits, Turn } from "./answer-store.ts";
export { type Answered, FirstAnswer } from "./first-answer.ts";
export { MemoryStore } from "./memory-store.ts";
export { openAnswers } from "./open.ts";
export { Room } from "./recording.ts";
export { RedisStore, type RedisStoreOptions } from "./redis-store.ts";
export { type Begun, idempotencyHeader, Replays } from "./replays.ts";
