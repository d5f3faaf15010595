import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readEnvironmentFile } from "./environment-file.ts";
import type { Secrets, Service } from "./protocol.ts";

/** The text of a directory's `service.json`, and what it says. Throws an error that names file and property. */
export function readService(directory: string): { readonly text: string; readonly service: Service } {
  const file = join(directory, "service.json");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`${file} can't be read: ${(error as Error).message}`);
  }
  try {
    return { text, service: parseService(JSON.parse(text)) };
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`);
  }
}

/** Shape only: what is in the file was written by the client of this same module. */
export function parseService(value: unknown): Service {
  const given = object(value, "the service");
  return {
    name: text(given, "name"),
    version: text(given, "version"),
    bundle: text(given, "bundle"),
    configuration: text(given, "configuration"),
    workers: count(given, "workers"),
    startMs: count(given, "startMs"),
    drainMs: count(given, "drainMs"),
    environment: texts(given.environment ?? {}, "environment"),
    ...(given.environmentFile === undefined ? {} : { environmentFile: text(given, "environmentFile") }),
    secretVariables: Object.values(texts(given.secretVariables ?? [], "secretVariables")),
  };
}

/** The values, and nothing else, that a service asks for; throws an error that names the missing ones. */
export function secretsFor(service: Service, secrets: Secrets): Secrets {
  const missing = service.secretVariables.filter((name) => secrets[name] === undefined);
  if (missing.length > 0) throw new Error(`no value was given for ${missing.join(", ")}`);
  return Object.fromEntries(service.secretVariables.map((name) => [name, secrets[name] ?? ""]));
}

/** What is written in the service's environment file, beside the secrets that were given; the file wins. */
export function withFile({ environmentFile }: Service, secrets: Secrets): Secrets {
  return environmentFile === undefined ? secrets : { ...secrets, ...readEnvironmentFile(environmentFile) };
}

export function parseSecrets(value: unknown): Secrets {
  return texts(value ?? {}, "secrets");
}

function object(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw new Error(`${what} is not an object`);
  return value as Record<string, unknown>;
}

function text(given: Record<string, unknown>, property: string): string {
  const value = given[property];
  if (typeof value !== "string" || value === "") throw new Error(`${property} is not a text`);
  return value;
}

function count(given: Record<string, unknown>, property: string): number {
  const value = given[property];
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1)
    throw new Error(`${property} is not a whole number above 0`);
  return value;
}

function texts(value: unknown, what: string): Record<string, string> {
  const entries = Object.entries(object(value, what));
  return Object.fromEntries(
    entries.map(([key, entry]) => {
      if (typeof entry !== "string") throw new Error(`${what}.${key} is not a text`);
      return [key, entry];
    }),
  );
}
