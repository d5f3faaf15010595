export { originOf } from "./cacheable.ts";
export { type CachedRequest, type Found, ResponseCache, type Told } from "./response-cache.ts";
export { cacheHeader } from "./wish.ts";
