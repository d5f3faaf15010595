import { readFileSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import type { SecretSource } from "../config/index.ts";

/** A secret that may change while the router runs. */
export interface Secret {
  read(): string | undefined;
  /** What to do where `read` gives nothing, e.g. `set OPENAI_API_KEY`. */
  readonly remedy: string;
}

/** A mounted file that the platform rotates is read again after this; milliseconds. */
const fileAgeMs = 5_000;

/** Every secret's value that this process has read, so that no text that leaves it can hold one. */
const known = new Set<string>();

export function openSecret(source: SecretSource, environment: NodeJS.ProcessEnv, baseDirectory: string): Secret {
  if ("env" in source) {
    const value = remember(environment[source.env]);
    return { read: () => value, remedy: `set ${source.env}` };
  }
  const file = isAbsolute(source.file) ? source.file : resolve(baseDirectory, source.file);
  let value: string | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  return {
    remedy: `write it to ${source.file}`,
    read() {
      if (performance.now() - readAt < fileAgeMs) return value;
      readAt = performance.now();
      try {
        value = remember(readFileSync(file, "utf8"));
      } catch {
        // While the platform swaps the file the last value stays.
      }
      return value;
    },
  };
}

const keyLike = /\b(?:sk|hl|rk|pk)[-_][A-Za-z0-9_-]{8,}|\bAIza[A-Za-z0-9_-]{20,}|\bBearer\s+[^\s"']+/g;

/** A text of foreign origin without any secret that this process knows, or anything that looks like a key. */
export function redact(text: string): string {
  return withoutKnown(text).replace(keyLike, "[redacted]");
}

/** A text of our own without any secret that this process knows. */
export function withoutKnown(text: string): string {
  let clean = text;
  for (const secret of known) clean = clean.replaceAll(secret, "[redacted]");
  return clean;
}

function remember(value: string | undefined): string | undefined {
  const secret = value?.trim() || undefined;
  if (secret && secret.length >= 6) known.add(secret);
  return secret;
}
