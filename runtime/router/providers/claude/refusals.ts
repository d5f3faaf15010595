import type { Unsupported } from "../../chat/index.ts";
import { isObject, type JsonObject } from "../../wires/anthropic/index.ts";
import { type ClaudeModel, claudeModel, type ThinkingType } from "./models.ts";

/** This version of the wire removed the sampling parameters, also at their defaults (platform.claude.com, "Versions"). */
const withoutSampling = "2026-10-21";

/**
 * What of a body the version of the wire that its client speaks no longer has, whatever the model.
 *
 * @param version the client's `anthropic-version`; each is a date
 */
export function removedFrom(version: string | undefined, body: Readonly<JsonObject>): Unsupported[] {
  if (version === undefined || version < withoutSampling) return [];
  return ["temperature", "top_p", "top_k"]
    .filter((param) => body[param] !== undefined && body[param] !== null)
    .map((param) => ({ param, reason: `claude takes no ${param} since version ${withoutSampling} of its wire` }));
}

/**
 * What of a body in Claude's own form a model is known to refuse. Asked before the model is, so that a request which
 * another model takes is not lost when the router chooses this one.
 */
export function refusedBy(model: string, body: Readonly<JsonObject>, prefill: boolean): Unsupported[] {
  const takes = claudeModel(model);
  return rules.flatMap((rule) =>
    rule(body, takes, prefill).map(([param, reason]) => ({ param, reason: `claude/${model} ${reason}` })),
  );
}

type Rule = (body: Readonly<JsonObject>, takes: ClaudeModel, prefill: boolean) => [param: string, reason: string][];

const rules: readonly Rule[] = [
  (body, takes) => {
    const type = thinkingType(body);
    return type && !takes.thinking.includes(type) ? [["thinking", withoutThinking[type]]] : [];
  },
  ({ output_config: config }, takes) => {
    const effort = isObject(config) ? config.effort : undefined;
    const taken: readonly unknown[] = takes.efforts;
    return typeof effort === "string" && !taken.includes(effort)
      ? [["output_config.effort", "has no such effort"]]
      : [];
  },
  (body, takes) =>
    sampledBy(body).flatMap((name): [string, string][] => {
      if (!takes.samples) return [[name, `takes no ${name}`]];
      const mayThink = name === "top_p" && Number(body.top_p) >= 0.95;
      return thinks(body) && !mayThink ? [[name, `takes no ${name} while it thinks`]] : [];
    }),
  (body, takes) => {
    const choice = isObject(body.tool_choice) ? body.tool_choice.type : undefined;
    if (choice !== "any" && choice !== "tool") return [];
    if (!takes.forcesTools) return [["tool_choice", "can't be made to call a tool"]];
    return thinkingType(body) === "enabled"
      ? [["tool_choice", "can't be made to call a tool while it thinks with a budget"]]
      : [];
  },
  (body, _, prefill) => {
    if (!endsInsideOfAnswer(body.messages)) return [];
    if (!prefill) return [["messages", "does not go on with an answer of the assistant"]];
    return thinks(body) ? [["messages", "does not go on with an answer of the assistant while it thinks"]] : [];
  },
];

const withoutThinking: Readonly<Record<ThinkingType, string>> = {
  adaptive: "thinks only with a budget",
  enabled: "takes no budget for its thoughts",
  disabled: "can't be kept from thinking",
  between_tools: "can't be told to think between tools only",
};

/** A type that is not known here is the provider's to judge. */
function thinkingType({ thinking }: Readonly<JsonObject>): ThinkingType | undefined {
  const type = isObject(thinking) ? thinking.type : undefined;
  return typeof type === "string" && Object.hasOwn(withoutThinking, type) ? (type as ThinkingType) : undefined;
}

function thinks(body: Readonly<JsonObject>): boolean {
  const type = thinkingType(body);
  return type === "adaptive" || type === "enabled";
}

/** The sampling parameters that are given and not at their defaults. */
function sampledBy({ temperature, top_p, top_k }: Readonly<JsonObject>): string[] {
  return [
    ...(typeof temperature === "number" && temperature !== 1 ? ["temperature"] : []),
    ...(typeof top_p === "number" && top_p !== 1 ? ["top_p"] : []),
    ...(typeof top_k === "number" ? ["top_k"] : []),
  ];
}

/** A turn that ends with a server's tool is no prefill: it was paused, and is sent back to go on. */
function endsInsideOfAnswer(messages: unknown): boolean {
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined;
  if (!isObject(last) || last.role !== "assistant") return false;
  const block: unknown = Array.isArray(last.content) ? last.content.at(-1) : undefined;
  return typeof last.content === "string" || (isObject(block) && block.type === "text");
}
