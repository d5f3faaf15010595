import type { IncomingHttpHeaders } from "node:http";
import { RouterError } from "./errors.ts";

const header = "x-router-region";

/**
 * `x-router-region` pins a request to a region: load balancers route by it, and where one does not, the request is
 * refused before a byte of its body is read, so that it is never processed elsewhere.
 *
 * @param region of this router; without one it serves no pinned request
 * @throws RouterError invalid_request
 */
export function keepRegion(headers: IncomingHttpHeaders, region: string | undefined): void {
  const wanted = headers[header];
  if (wanted === undefined || wanted === region) return;
  const given = JSON.stringify(String(wanted).slice(0, 100));
  const allowed = region === undefined ? "none, because this router has no region" : `${region}, this router's region`;
  throw new RouterError("invalid_request", `${header}: given ${given}; allowed: ${allowed}`, { param: header });
}
