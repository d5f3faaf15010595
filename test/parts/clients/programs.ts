import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { describe, onTestFinished, test } from "vitest";
import { Failure, terminalProgress } from "../../../tools/engine/index.ts";
import type { Part } from "../../../tools/parts/part.ts";
import { key, router, upstream } from "../../integration/router/support.ts";

/** Tests that need packages: installed now if they are missing; skipped where that can't be, and a failure in CI. */
export async function describeInstalled(part: Part, name: string, tests: (directory: string) => void): Promise<void> {
  try {
    const directory = await part.ensure(terminalProgress());
    describe(name, () => tests(directory));
  } catch (error) {
    if (!(error instanceof Failure) || process.env.CI === "true") throw error;
    test.skip(`${name}: ${error.message}`, () => {});
  }
}

export const backends = ["gemini", "claude", "openai", "local"] as const;

/** What a client's program prints of each backend. */
export interface Got {
  readonly text: string;
  readonly streamed: string;
  /** Read and written, of the whole answer and of the stream. */
  readonly tokens: readonly (number | null)[];
  /** The cities of which it was asked the weather: once whole, once streamed. */
  readonly calls: readonly string[];
  /** What it was told when it had answered those calls. */
  readonly afterCalls: readonly string[];
  readonly object: unknown;
  readonly error?: string;
}

const words = "A rehearsal of words.";
const said = { text: words, usage: { prompt_tokens: 7, completion_tokens: 5 } };
const calling = { toolCalls: [{ name: "weather", arguments: { city: "Graz" } }], reasoning: "Let me look." };
/** By the models that the programs ask. */
const rules = [
  { model: "caller", times: 1, behaviour: calling },
  { model: "caller-streamed", times: 1, behaviour: calling },
  { model: "json", behaviour: { text: '{"colour":"rehearsal"}' } },
  // The AI SDK's other way to a form: a tool that must be called.
  { model: "form", behaviour: { toolCalls: [{ name: "json", arguments: { colour: "rehearsal" } }] } },
  { behaviour: said },
];
const models = ["words", "caller", "caller-streamed", "json", "form"];

/** What every client gets of every backend. */
export const everything = {
  text: words,
  streamed: words,
  tokens: [7, 5, 7, 5],
  calls: ["Graz", "Graz"],
  afterCalls: [words, words],
  object: { colour: "rehearsal" },
} as const satisfies Got;

/** Runs a client's program against a router before rehearsals; resolves with what it printed. */
export async function runClient(command: string, args: readonly string[]): Promise<Record<string, Got>> {
  const stands = await Promise.all(backends.map(async (name) => [name, await upstream({ rules })] as const));
  const { url } = await router({
    config: {
      predictive: { enabled: false },
      failoverChain: ["triton"],
      backends: Object.fromEntries(stands.map(([name, { url }]) => [name, { baseUrl: url, rehearsal: true, models }])),
    },
  });
  const environment = { ...process.env, ROUTER_URL: url, ROUTER_KEY: key.key, LANGSMITH_TRACING: "false" };
  const { stdout } = await promisify(execFile)(command, args, { env: environment });
  return JSON.parse(stdout) as Record<string, Got>;
}

/** A copy of a program from where Node finds its packages. */
export function besidePackages(program: string, packages: string): string {
  const folder = mkdtempSync(join(tmpdir(), "hybrid-llm-client-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(join(packages, "node_modules"), join(folder, "node_modules"));
  const copy = join(folder, basename(program));
  copyFileSync(program, copy);
  return copy;
}
