import type { IncomingHttpHeaders } from "node:http";
import { RouterError } from "../errors.ts";

export const cacheHeader = "x-router-cache";

/** What a request wishes of the cache. */
export interface Wish {
  /** Kept, and answered from what is kept, also where the configuration says so for deterministic ones only. */
  readonly on: boolean;
  /** Neither kept nor answered from what is kept. */
  readonly off: boolean;
  /** Kept, but answered anew. */
  readonly anew: boolean;
  /** Of an answer; seconds. */
  readonly maxAge: number;
}

/** Reads `x-router-cache: on|off` and HTTP's own `cache-control`: no-store, no-cache and max-age (RFC 9111, 5.2.1). */
export function wishOf(headers: IncomingHttpHeaders): Wish {
  const own = headers[cacheHeader];
  if (own !== undefined && own !== "on" && own !== "off") {
    throw new RouterError("invalid_request", `${cacheHeader}: allowed: on or off.`, { param: cacheHeader });
  }
  const control = headers["cache-control"];
  const told = control === undefined ? noDirectives : control.toLowerCase().split(",").map(trimmed);
  const maxAge = told.find((directive) => /^max-age=\d{1,10}$/.test(directive));
  return {
    on: own === "on",
    off: own === "off" || told.includes("no-store"),
    anew: told.includes("no-cache"),
    maxAge: maxAge === undefined ? Number.POSITIVE_INFINITY : Number(maxAge.slice("max-age=".length)),
  };
}

const noDirectives: readonly string[] = [];
const trimmed = (directive: string): string => directive.trim();
