import { z } from "zod";
import { ConfigurationError, check } from "../config/index.ts";

const count = z.int().min(0).default(0);
const milliseconds = z.int().min(0).max(3_600_000);

/** One way to misbehave. `afterEvents` counts the words that are sent before it. */
export const Fault = z.discriminatedUnion("type", [
  /** An error status, as the provider words it, or with `body` as it is. */
  z.strictObject({
    type: z.literal("status"),
    status: z.int().min(200).max(599),
    retryAfter: z.string().optional(),
    message: z.string().optional(),
    body: z.string().optional(),
    contentType: z.string().default("application/json"),
  }),
  /** The connection is reset before any answer. */
  z.strictObject({ type: z.literal("reset") }),
  /** The connection breaks in the middle. */
  z.strictObject({ type: z.literal("cut"), afterEvents: count }),
  /** The response ends properly, the answer doesn't: no finish reason, no [DONE]. */
  z.strictObject({ type: z.literal("end"), afterEvents: count }),
  /** Nothing more comes, and the connection stays open. */
  z.strictObject({ type: z.literal("stall"), afterEvents: count }),
  /** A chunk that isn't JSON; then the stream goes on. */
  z.strictObject({ type: z.literal("malformed"), afterEvents: count }),
  /** An error inside of a stream, or of a body, that began with status 200. */
  z.strictObject({
    type: z.literal("inband"),
    afterEvents: count,
    message: z.string().default("rehearsal: overloaded"),
  }),
  /** A whole answer whose stream lacks [DONE]; `hang` keeps the connection open after it. */
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

/** How a request is answered. */
export const Behaviour = z.strictObject({
  text: z.string().optional().meta({ description: "The answer; by default it tells that this is a rehearsal." }),
  firstTokenMs: milliseconds.default(0),
  gapMs: milliseconds.default(0),
  fault: Fault.optional(),
});
export type Behaviour = z.infer<typeof Behaviour>;

const Rule = z.strictObject({
  path: z.string().optional().meta({ description: "Only requests to this path." }),
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

  behaviourFor(path: string, model: string | undefined): Behaviour {
    const index = this.#script.rules.findIndex(
      (rule, at) =>
        (rule.path === undefined || rule.path === path) &&
        (rule.model === undefined || rule.model === model) &&
        (rule.times === undefined || (this.#used[at] ?? 0) < rule.times),
    );
    if (index >= 0) this.#used[index] = (this.#used[index] ?? 0) + 1;
    return this.#script.rules[index]?.behaviour ?? Behaviour.parse({});
  }
}
