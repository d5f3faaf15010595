import type { RedisClient } from "../money/index.ts";
import type { AnswerStore, StoreLimits } from "./answer-store.ts";
import { MemoryStore } from "./memory-store.ts";
import { RedisStore, type RedisStoreOptions } from "./redis-store.ts";

/** The answers of all routers of a stack where there is a Redis, else of this process. */
export function openAnswers(
  limits: StoreLimits,
  redis: RedisClient | undefined,
  options: Omit<RedisStoreOptions, "client">,
): AnswerStore {
  return redis ? new RedisStore(limits, { ...options, client: redis }) : new MemoryStore(limits);
}
