import type { Unsupported } from "../../chat/index.ts";
import { isObject } from "../../json.ts";

/**
 * Parts of a request that cost what no list of token prices says: tools that the provider itself runs, and faster or
 * reserved service. A budget can't hold them, so they are refused where there is one.
 */
export function unbounded(body: Readonly<Record<string, unknown>>): Unsupported[] {
  const found: Unsupported[] = [];
  const add = (param: string, what: string) =>
    found.push({ param, reason: `${what} has no price that a budget knows` });
  for (const [field, ordinary] of Object.entries(ordinaryValues)) {
    const value = body[field] ?? undefined;
    if (value !== undefined && !ordinary.some((word) => word === value)) add(field, "it");
  }
  if (Array.isArray(body.tools)) {
    for (const [index, tool] of body.tools.entries()) {
      if (isObject(tool) && !isOwnTool(tool)) add(`tools[${index}].type`, "a tool that the provider runs");
    }
  }
  return found;
}

/** Of fields that can make a request dearer: the values that don't. */
const ordinaryValues: Readonly<Record<string, readonly string[]>> = {
  service_tier: ["auto", "default", "flex", "standard", "standard_only"],
  speed: ["standard"],
  inference_geo: ["global"],
  web_search_options: [],
  container: [],
  mcp_servers: [],
};

/** Tools that the client runs: OpenAI's functions, Anthropic's custom ones, which need no type. */
function isOwnTool({ type }: Readonly<Record<string, unknown>>): boolean {
  return type === undefined || type === null || type === "function" || type === "custom";
}
