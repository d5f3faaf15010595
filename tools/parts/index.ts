import { jaeger } from "./jaeger/index.ts";
import { ollama } from "./ollama/index.ts";
import type { Part } from "./part.ts";
import { triton } from "./triton/index.ts";
import { vault } from "./vault/index.ts";

export { chromium, chromiumPath } from "./chromium.ts";
export { jaeger } from "./jaeger/index.ts";
export { nginx, nginxServer } from "./nginx.ts";
export { ollama, tinyModel, tinyModelfile, tinyModelName, tinySentence, tinyToolCall } from "./ollama/index.ts";
export type { Part } from "./part.ts";
export { redis, redisServer } from "./redis.ts";
export { triton } from "./triton/index.ts";
export { vault } from "./vault/index.ts";

/** The quick ones first: what can't be had is told early. */
export const parts: readonly Part[] = [triton, jaeger, vault, ollama];
