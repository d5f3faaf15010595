import { bubblewrap } from "./bubblewrap.ts";
import { crane } from "./crane/index.ts";
import { jaeger } from "./jaeger/index.ts";
import { ollama } from "./ollama/index.ts";
import type { Part } from "./part.ts";
import { registry } from "./registry/index.ts";
import { triton } from "./triton/index.ts";
import { vault } from "./vault/index.ts";

export { bubblewrap, bubblewrapPath } from "./bubblewrap.ts";
export { chromium, chromiumPath } from "./chromium.ts";
export { crane } from "./crane/index.ts";
export { jaeger } from "./jaeger/index.ts";
export { nginx, nginxServer } from "./nginx.ts";
export { ollama, tinyModel, tinyModelfile, tinyModelName, tinySentence, tinyToolCall } from "./ollama/index.ts";
export type { Part } from "./part.ts";
export { redis, redisServer } from "./redis.ts";
export { registry } from "./registry/index.ts";
export { triton } from "./triton/index.ts";
export { vault } from "./vault/index.ts";

/** The quick ones first: what can't be had is told early. */
export const parts: readonly Part[] = [triton, bubblewrap, crane, registry, jaeger, vault, ollama];
