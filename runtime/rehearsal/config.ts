import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { ConfigurationError, check } from "../config/index.ts";
import { parseScript, RehearsalScript } from "./script.ts";
import type { RehearsalOptions } from "./start.ts";

/** The rehearsal provider's configuration; it is never reachable from another machine. */
export const RehearsalConfig = z.strictObject({
  host: z.enum(["127.0.0.1", "::1", "localhost"]).default("127.0.0.1"),
  port: z.int().min(0).max(65535).default(0).meta({ description: "0 takes a free one." }),
  script: z
    .union([z.string().min(1), RehearsalScript])
    .optional()
    .meta({ description: "What it does: a JSON file beside the configuration, or the script itself." }),
});

export const help = `A rehearsal provider: speaks the wires of OpenAI, Ollama, Anthropic, Gemini and Triton, and answers what its script says.

  node runtime/rehearsal/main.ts [--config FILE] [--port N] [--script FILE]

  --config FILE   JSON: {"host": "127.0.0.1", "port": 0, "script": "script.json"}
  --port N        instead of its port; 0 takes a free one
  --script FILE   instead of its script; PUT /rehearsal/script replaces it at run time
  --help
`;

/**
 * Reads the command line; undefined where help was asked for.
 *
 * @throws ConfigurationError
 */
export function readOptions(argv: readonly string[]): RehearsalOptions | undefined {
  const values = readArguments(argv);
  if (values.help) return undefined;
  const source = values.config ?? "command line";
  const written = values.config === undefined ? {} : readJson(values.config);
  const port = values.port === undefined ? {} : { port: Number(values.port) };
  const value = isObject(written) ? { ...written, ...port } : written;
  const result = check(RehearsalConfig, value);
  if (!result.success) throw new ConfigurationError(source, result.problems);
  const { host, port: chosen, script } = result.data;
  const file = values.script ?? (typeof script === "string" ? resolve(dirname(source), script) : undefined);
  if (file !== undefined) return { host, port: chosen, script: parseScript(readJson(file), file) };
  return { host, port: chosen, ...(typeof script === "object" ? { script } : {}) };
}

function readArguments(argv: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    const options = { config: text, port: text, script: text, help: { type: "boolean", short: "h" } } as const;
    return parseArgs({ args: [...argv], options }).values;
  } catch (error) {
    const fix = (error as Error).message.split("\n")[0] ?? "";
    throw new ConfigurationError("command line", [{ path: ["arguments"], allowed: "those that --help lists", fix }]);
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new ConfigurationError(file, [{ path: [], allowed: "a readable JSON file", fix: (error as Error).message }]);
  }
}
