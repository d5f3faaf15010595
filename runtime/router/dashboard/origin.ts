import type { IncomingHttpHeaders } from "node:http";

/**
 * Whether a request that changes something comes from a page of this router's own. Each browser of today says where a
 * POST comes from; one that doesn't is refused.
 */
export function isOwnOrigin(headers: IncomingHttpHeaders): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined) return site === "same-origin";
  const { origin, host } = headers;
  if (origin === undefined || host === undefined) return false;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** Whether a page of another site led here: then a browser keeps the session's cookie to itself. */
export const isFromElsewhere = (headers: IncomingHttpHeaders): boolean =>
  headers["sec-fetch-site"] === "cross-site" && headers["sec-fetch-mode"] === "navigate";
