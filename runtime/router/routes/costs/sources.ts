import type { FastifyRequest } from "fastify";
import { RouterError } from "../../errors.ts";
import type { HybridRouter } from "../../hybrid-router.ts";
import { DatabaseUnavailable, type Ledger, ReportProblem } from "../../ledger/index.ts";

/**
 * Whose costs a key sees: an admin's everybody's or those of the tenant that it asks for, a client's those of its own.
 *
 * @throws RouterError invalid_request: a key that is known but may not see something has no code of its own, and the
 * parameter is what has to be changed
 */
export function tenantSeen({ exchange }: FastifyRequest, asked: string | undefined): string | undefined {
  const { role, tenant = "" } = exchange.caller ?? {};
  if (role === "admin") return asked;
  if (asked === undefined || asked === tenant) return tenant;
  const allowed = `${JSON.stringify(tenant)}, the key's own tenant; an admin key sees all`;
  throw new RouterError("invalid_request", `tenant: given ${JSON.stringify(asked)}; allowed: ${allowed}`, {
    param: "tenant",
  });
}

/** @throws RouterError where there is no ledger, it can't be asked now, or not for this */
export async function askLedger<Report>(
  { spending: { ledger } }: HybridRouter,
  ask: (ledger: Ledger) => Promise<Report>,
): Promise<Report> {
  if (!ledger) {
    const message = "There is no ledger that could tell what requests cost: set ledger.directory, or DATABASE_URL.";
    throw new RouterError("invalid_request", message, { status: 404 });
  }
  try {
    return await ask(ledger);
  } catch (error) {
    if (error instanceof ReportProblem) {
      throw new RouterError("invalid_request", error.message, { param: error.param });
    }
    // The driver's words may hold an address.
    if (error instanceof DatabaseUnavailable) {
      const message = "The ledger's database can't be asked now; the router's log says why. Nothing is lost.";
      throw new RouterError("unavailable", message);
    }
    throw error;
  }
}
