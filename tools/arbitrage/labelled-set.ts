import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ArbitrageTier } from "../../runtime/config/index.ts";
import type { EstimatedRequest } from "../../runtime/router/arbitrage/index.ts";
import { projectDirectory } from "../engine/index.ts";

/** A line of the files in test/arbitrage; its fields are described in the rubric beside them. */
export interface LabelledPrompt {
  readonly id: string;
  readonly domain: string;
  readonly system?: string;
  readonly history?: readonly { readonly role: "user" | "assistant"; readonly text: string }[];
  readonly text: string;
  readonly tools?: readonly { readonly name: string; readonly description: string }[];
  readonly schema?: Readonly<Record<string, unknown>>;
  readonly image?: boolean;
  /** Steps, knowledge, answer, material, language. */
  readonly points: readonly [number, number, number, number, number];
  readonly label: ArbitrageTier;
  readonly split: "train" | "held_out" | "fresh";
}

const folder = join(projectDirectory, "test", "arbitrage");

export interface LabelledSet {
  readonly prompts: readonly LabelledPrompt[];
  /** SHA-256 of the file, in hexadecimal. */
  readonly sha256: string;
}

/** Training and held-out part. */
export function readLabelledSet(): LabelledSet {
  return read("prompts.jsonl");
}

/** Prompts written when the features were done; nothing was changed because of them. */
export function readFreshSet(): LabelledSet {
  return read("fresh.jsonl");
}

function read(file: string): LabelledSet {
  const text = readFileSync(join(folder, file), "utf8");
  const prompts = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as LabelledPrompt);
  return { prompts, sha256: createHash("sha256").update(text).digest("hex") };
}

/** The request that a client would have sent. */
export function requestOf({ system, history = [], text, tools = [], schema, image }: LabelledPrompt): EstimatedRequest {
  const textPart = (value: string) => ({ type: "text", text: value }) as const;
  const picture = { type: "image", source: { kind: "url", url: "https://example.org/picture.png" } } as const;
  return {
    messages: [
      ...(system === undefined ? [] : [{ role: "system", parts: [textPart(system)] } as const]),
      ...history.map((turn) => ({ role: turn.role, parts: [textPart(turn.text)] })),
      { role: "user", parts: image ? [picture, textPart(text)] : [textPart(text)] },
    ],
    tools,
    ...(schema ? { format: { type: "json_schema", schema } } : {}),
  };
}

/** By the rubric: less than 30 % of the hash's range is held out. */
export function splitOf(id: string): "train" | "held_out" {
  return firstWord(id) < 0.3 * 2 ** 32 ? "held_out" : "train";
}

/** One of `folds` parts for cross-validation, independent of the split. */
export function foldOf(id: string, folds: number): number {
  return firstWord(`fold ${id}`) % folds;
}

function firstWord(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE(0);
}
