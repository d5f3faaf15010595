export { originOf } from "./cacheable.ts";
export { type CachedRequest, type Found, ResponseCache } from "./response-cache.ts";
export { cacheHeader } from "./wish.ts";
