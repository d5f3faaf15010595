import type { CacheConfig } from "../../config/index.ts";
import { cacheableRoutes } from "../../edge/protocol.ts";
import { type FinishReason, finishReasons } from "../chat/index.ts";
import type { Origin } from "../replay/index.ts";
import type { Trail } from "../trail.ts";
import type { Body } from "./name.ts";

const embeddings = "/v1/embeddings";
const routes: ReadonlySet<string> = new Set(cacheableRoutes);

/** @param on the request asks for it */
export function isCacheable(when: CacheConfig["when"], route: string, body: Body, on: boolean): boolean {
  if (!routes.has(route) || acts(body)) return false;
  return on || when === "always" || (when === "deterministic" && (route === embeddings || isDeterministic(body)));
}

const isDeterministic = ({ temperature, seed }: Body): boolean => temperature === 0 || typeof seed === "number";

/** Fields of a request that does something beside being answered, or whose answer is another tomorrow. */
const acting = ["store", "background", "web_search_options", "mcp_servers", "container"] as const;
/** Tools that the client runs. */
const ownTools: readonly unknown[] = [undefined, "function", "custom"];

function acts(body: Body): boolean {
  if (acting.some((field) => body[field] !== undefined && body[field] !== null && body[field] !== false)) return true;
  const { tools } = body;
  return Array.isArray(tools) && tools.some((tool: { readonly type?: unknown }) => !ownTools.includes(tool?.type));
}

const wellEnded: readonly FinishReason[] = ["stop", "stop_sequence", "length", "tool_calls"];

/**
 * What is kept with an answer; undefined where it is not fit to be given again: it is not whole, not well ended, or not
 * of the model that was meant.
 */
export function originOf(trail: Trail, route: string): Origin | undefined {
  const { outcome, failures, continued, target, meant, backend, model, reason = "", maxOutputTokens } = trail;
  if (outcome !== "answered" || failures.length > 0 || continued > 0) return undefined;
  if (target === undefined || target !== meant || backend === undefined || model === undefined) return undefined;
  if (route !== embeddings && !endedWell(trail)) return undefined;
  return { at: Date.now(), backend, model, reason, maxOutputTokens, costNano: trail.costNano ?? 0 };
}

function endedWell({ said }: Trail): boolean {
  const reasons = said?.finishReasons?.() ?? said?.ending?.flatMap(finishReasons) ?? [];
  return reasons.length > 0 && reasons.every((reason) => wellEnded.includes(reason));
}
