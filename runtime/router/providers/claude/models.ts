/*
 * What Anthropic offered on 2026-11-23, from its documentation: the models overview, "Errors" (prefill, forced tool
 * use), "Troubleshooting thinking" (which kinds of thinking each model refuses), "Effort", and the migration guides of
 * Sonnet 5, Opus 5.5, Sonnet 5.5 and Haiku 5.5 (sampling parameters). The configuration comes before it.
 */

export const claudeModels = {
  baseUrl: "https://api.anthropic.com",
  /** The `anthropic-version` whose form is spoken here. */
  version: "2023-06-01",
  /** The newest Sonnet that still takes the temperatures and forced tools that clients of other wires ask for. */
  defaultModel: "claude-sonnet-4-6",
} as const;

export type ThinkingType = "adaptive" | "enabled" | "disabled" | "between_tools";
export type Effort = "low" | "medium" | "high" | "xhigh" | "max";

/** What a model takes; where it does not the provider answers 400. */
export interface ClaudeModel {
  readonly continuesPrefill: boolean;
  /** `temperature`, `top_p` and `top_k` other than their defaults. */
  readonly samples: boolean;
  readonly thinking: readonly ThinkingType[];
  /** Levels of `output_config.effort`, lowest first. */
  readonly efforts: readonly Effort[];
  /** A `tool_choice` of any or of one tool. */
  readonly forcesTools: boolean;
}

/** Nothing is refused in the name of a model that is not known; only a prefill must be known to work. */
const unknown: ClaudeModel = {
  continuesPrefill: false,
  samples: true,
  thinking: ["adaptive", "enabled", "disabled", "between_tools"],
  efforts: ["low", "medium", "high", "xhigh", "max"],
  forcesTools: true,
};

/** Anthropic describes what models take by their version: "Claude 4.6 and later", and by family where they differ. */
export function claudeModel(name: string): ClaudeModel {
  const named = versionOf(name);
  if (!named) return unknown;
  const { family, version } = named;
  return {
    continuesPrefill: version < 4.6,
    samples: version < 4.7,
    thinking: thinkingOf(family, version),
    efforts: effortsOf(family, version),
    forcesTools: version < (family === "fable" || family === "mythos" ? 5.1 : 5.5) || family === "haiku",
  };
}

function thinkingOf(family: string, version: number): readonly ThinkingType[] {
  if (version < 4.6) return ["enabled", "disabled"];
  if (version < 4.7) return ["adaptive", "enabled", "disabled"];
  if (family === "fable" || family === "mythos" || (family === "opus" && version >= 5.5)) return ["adaptive"];
  return family === "sonnet" && version >= 5.5 ? ["adaptive", "between_tools"] : ["adaptive", "disabled"];
}

function effortsOf(family: string, version: number): readonly Effort[] {
  if (version < 4.6) return family === "opus" && version === 4.5 ? ["low", "medium", "high"] : [];
  return version < 4.7 ? ["low", "medium", "high", "max"] : ["low", "medium", "high", "xhigh", "max"];
}

/** `claude-sonnet-4-6`, `claude-haiku-4-5-20251001`, and before 4 `claude-3-7-sonnet-20250219`. */
function versionOf(name: string): { family: string; version: number } | undefined {
  const now = /^claude-([a-z]+)-(\d)(?:[-.](\d))?(?!\d)/.exec(name);
  if (now) return { family: now[1] as string, version: Number(`${now[2]}.${now[3] ?? 0}`) };
  const before = /^claude-(\d)(?:-(\d))?-([a-z]+)/.exec(name);
  return before ? { family: before[3] as string, version: Number(`${before[1]}.${before[2] ?? 0}`) } : undefined;
}
