import { type CacheableRoute, cacheableRoutes } from "./protocol.ts";

/** A request whose answer may be kept, or be there. */
export interface Question {
  readonly route: CacheableRoute;
  /** All of it that an answer may depend on, beside the body. */
  readonly told: readonly (string | null)[];
}

/** A longer body is passed on as it comes; bytes. */
const mostBytes = 262_144;

/** Whoever sends one of these wants more than the answer that anybody with the key would get: the region alone knows. */
const wishes = ["cache-control", "idempotency-key", "x-router-region", "x-router-sovereign", "content-encoding"];
const telling = ["x-router-cache", "anthropic-version", "anthropic-beta"];

/** Undefined where the edge has nothing to do with a request but to pass it on. */
export function questionOf({ method, url, headers }: Request): Question | undefined {
  const { pathname, search } = new URL(url);
  const route = cacheableRoutes.find((one) => one === pathname);
  if (route === undefined || method !== "POST" || wishes.some((name) => headers.has(name))) return undefined;
  if (!/^application\/json\b/i.test(headers.get("content-type") ?? "")) return undefined;
  if ((headers.get("x-router-cache") ?? "on") !== "on") return undefined;
  const length = Number(headers.get("content-length") ?? Number.NaN);
  if (!(length > 0 && length <= mostBytes)) return undefined;
  return { route, told: [pathname, search, ...telling.map((name) => headers.get(name))] };
}
