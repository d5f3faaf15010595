import { newAttemptId } from "../../../runtime/router/ledger/attempt-id.ts";
import { type AttemptRow, encodeRow, noUsage, type OpenAttempt } from "../../../runtime/router/ledger/row.ts";

export const source = { stack: "prod", region: "eu" };

/** A first attempt that was answered, unless something else is said. */
export function rowOf(given: Partial<AttemptRow> & { readonly at?: Date | string } = {}): AttemptRow {
  const attemptId = given.attemptId ?? newAttemptId(given.at === undefined ? Date.now() : new Date(given.at).getTime());
  const { at: _, ...rest } = given;
  return {
    attemptId,
    firstAttemptId: attemptId,
    requestId: `request-${attemptId.slice(-6)}`,
    tenant: "school",
    keyId: "key1",
    backend: "openai",
    model: "gpt-5.4-mini",
    operation: "chat",
    wire: "openai",
    outcome: "answered",
    number: 1,
    cause: "first",
    usage: { ...noUsage, inputTokens: 100, outputTokens: 20 },
    costNano: 165_000n,
    estimated: false,
    unitPrices: { input_mtok: "0.75", output_mtok: "4.5" },
    priceTable: "genai-prices 0.1.8",
    latencyMs: 812,
    firstTokenMs: 210,
    ...rest,
  };
}

export const encoded = (given: Parameters<typeof rowOf>[0] = {}): string => encodeRow(rowOf(given), source);

export function openOf(given: Partial<OpenAttempt> = {}): OpenAttempt {
  const {
    outcome: _o,
    usage: _u,
    costNano: _c,
    estimated: _e,
    latencyMs: _l,
    firstTokenMs: _f,
    ...identity
  } = rowOf(given);
  return {
    ...identity,
    reservedNano: 5_000_000n,
    expiresAt: 1_800_000_000_000,
    scopes: ["tenant:school:day"],
    ...given,
  };
}
