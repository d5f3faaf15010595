import { z } from "zod";
import { ConfigurationError, check } from "../config/index.ts";

const count = z.int().min(0).default(0);
const tokens = z.int().min(0);
const milliseconds = z.int().min(0).max(3_600_000);

/** One way to misbehave, in the form of the wire that was asked. `afterEvents` counts the words that are sent before. */
export const Fault = z.discriminatedUnion("type", [
  /** An error status, as the provider words it, or with `body` as it is. */
  z.strictObject({
    type: z.literal("status"),
    status: z.int().min(200).max(599),
    retryAfter: z.string().optional(),
    message: z.string().optional(),
    code: z.string().optional(),
    body: z.string().optional(),
    contentType: z.string().default("application/json"),
  }),
  /** A chat's prompt is refused as too long for the model. */
  z.strictObject({ type: z.literal("context-length"), limit: tokens.default(8_192) }),
  /** A chat's prompt is refused by the provider's filter. */
  z.strictObject({ type: z.literal("content-filter") }),
  /** The connection is reset before any answer. */
  z.strictObject({ type: z.literal("reset") }),
  /** The connection breaks in the middle. */
  z.strictObject({ type: z.literal("cut"), afterEvents: count }),
  /** The response ends properly, the answer doesn't: no finish reason, no last word. */
  z.strictObject({ type: z.literal("end"), afterEvents: count }),
  /** Nothing more comes, and the connection stays open; with `ms` it breaks then. */
  z.strictObject({ type: z.literal("stall"), afterEvents: count, ms: milliseconds.optional() }),
  /** A chunk that isn't JSON; then the stream goes on. */
  z.strictObject({ type: z.literal("malformed"), afterEvents: count }),
  /** An error inside of a stream, or of a body, that began with status 200. */
  z.strictObject({
    type: z.literal("inband"),
    afterEvents: count,
    message: z.string().default("rehearsal: overloaded"),
  }),
  /** A whole answer whose stream lacks the wire's last word; `hang` keeps the connection open after it. */
  z.strictObject({ type: z.literal("no-done"), hang: z.boolean().default(false) }),
  /** The response's head comes late, or with `ms` absent never. */
  z.strictObject({ type: z.literal("slow-headers"), ms: milliseconds.optional() }),
  /** A page in place of an answer. */
  z.strictObject({
    type: z.literal("content-type"),
    contentType: z.string().default("text/html"),
    body: z.string().default("<!doctype html><title>rehearsal</title>"),
  }),
  /** An answer of at least this size: one JSON body, or one event of a stream. */
  z.strictObject({ type: z.literal("huge"), bytes: z.int().min(1).max(1_073_741_824) }),
]);
export type Fault = z.infer<typeof Fault>;

/** Tokens as the provider counts them; `prompt_tokens` and `completion_tokens` hold the parts below them. */
const Usage = z.strictObject({
  prompt_tokens: tokens,
  completion_tokens: tokens,
  cached_tokens: tokens.optional(),
  cache_write_tokens: tokens.optional(),
  reasoning_tokens: tokens.optional(),
});
export type RehearsedUsage = z.infer<typeof Usage> & { readonly total_tokens: number };

/** How a request is answered. */
export const Behaviour = z.strictObject({
  text: z.string().optional().meta({ description: "The answer; by default it tells that this is a rehearsal." }),
  reasoning: z.string().optional().meta({ description: "What it thinks before it answers." }),
  toolCalls: z
    .array(z.strictObject({ name: z.string().min(1), arguments: z.record(z.string(), z.unknown()) }))
    .default([])
    .meta({ description: "Tools that it calls, in place of the default text." }),
  finishReason: z
    .enum(["stop", "length", "tool_calls", "content_filter"])
    .optional()
    .meta({ description: "Instead of the one that follows from the answer." }),
  usage: Usage.partial().optional().meta({ description: "Instead of what it counts itself." }),
  prefill: z.enum(["continue", "ignore", "reject"]).default("ignore").meta({
    description: "What it does with a request that ends with a beginning of the answer.",
  }),
  resume: z.enum(["continue", "ignore"]).default("ignore").meta({
    description: "What it does when a user's turn follows a beginning of the answer, as: go on where it ends.",
  }),
  contextTokens: tokens.optional().meta({ description: "Refuses a prompt that it estimates to be longer." }),
  firstTokenMs: milliseconds.default(0),
  gapMs: milliseconds.default(0),
  raw: z
    .strictObject({ contentType: z.string().default("text/event-stream"), chunks: z.array(z.string()) })
    .optional()
    .meta({ description: "Sends these bytes as they are, whatever was asked." }),
  fault: Fault.optional(),
});
export type Behaviour = z.infer<typeof Behaviour>;

export const requestKinds = ["chat", "embeddings", "count", "list"] as const;
export type RequestKind = (typeof requestKinds)[number];

const Rule = z.strictObject({
  path: z.string().optional().meta({ description: "Only requests to this path." }),
  kind: z.enum(requestKinds).optional().meta({ description: "Only requests of this kind, whatever their wire." }),
  model: z.string().optional().meta({ description: "Only requests for this model." }),
  times: z.int().min(1).optional().meta({ description: "Only so often; then the next rule that fits." }),
  behaviour: Behaviour.prefault({}),
});

/** The first rule that fits a request decides; where none does, it gets the default answer. */
export const RehearsalScript = z.strictObject({
  rules: z.array(Rule).default([]),
  models: z.array(z.string().min(1)).default(["llama3"]).meta({ description: "The models that are listed." }),
});
export type RehearsalScript = z.infer<typeof RehearsalScript>;
export type RehearsalScriptInput = z.input<typeof RehearsalScript>;

/** @throws ConfigurationError with every problem at once */
export function parseScript(value: unknown, source: string): RehearsalScript {
  const result = check(RehearsalScript, value);
  if (!result.success) throw new ConfigurationError(source, result.problems);
  return result.data;
}

/** What a rule looks at. */
export interface Cue {
  readonly kind: RequestKind;
  readonly path: string;
  readonly model?: string;
}

/** Plays a script: counts how often each of its rules was used. */
export class Stage {
  #script: RehearsalScript = RehearsalScript.parse({});
  #used: number[] = [];

  set(script: RehearsalScript): void {
    this.#script = script;
    this.#used = script.rules.map(() => 0);
  }

  get models(): readonly string[] {
    return this.#script.models;
  }

  behaviourFor({ kind, path, model }: Cue): Behaviour {
    const index = this.#script.rules.findIndex(
      (rule, at) =>
        (rule.path === undefined || rule.path === path) &&
        (rule.kind === undefined || rule.kind === kind) &&
        (rule.model === undefined || rule.model === model) &&
        (rule.times === undefined || (this.#used[at] ?? 0) < rule.times),
    );
    if (index >= 0) this.#used[index] = (this.#used[index] ?? 0) + 1;
    return this.#script.rules[index]?.behaviour ?? Behaviour.parse({});
  }
}
