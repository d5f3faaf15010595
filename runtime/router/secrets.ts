import { readFileSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import type { SecretSource } from "../config/index.ts";

/** A secret that may change while the router runs. */
export interface Secret {
  read(): string | undefined;
  /** What to do where `read` gives nothing, e.g. `set OPENAI_API_KEY`. */
  readonly remedy: string;
}

/** A secret with where it came from. */
export interface SourcedSecret extends Secret {
  /** It can't change while this process runs. */
  readonly fixed: boolean;
  /** What its source holds now, whether or not it is in use. */
  look(): string | undefined;
  /** The next to read it looks at its source, however lately somebody did. */
  again(): void;
  /** From now on this is what is read. */
  use(value: string): void;
  /** This is never read, and what was before it is; until its source holds something else. */
  refuse(value: string): void;
}

/** A mounted file that the platform rotates is read again after this; milliseconds. */
const fileAgeMs = 5_000;

/** Every secret's value that this process has read, so that no text that leaves it can hold one. */
const known = new Set<string>();

export function openSecret(source: SecretSource, environment: NodeJS.ProcessEnv, baseDirectory: string): SourcedSecret {
  if ("env" in source) {
    const value = remember(environment[source.env]);
    const read = () => value;
    return {
      read,
      look: read,
      remedy: `set ${source.env}`,
      fixed: true,
      again: () => {},
      use: () => {},
      refuse: () => {},
    };
  }
  return inFile(source.file, baseDirectory);
}

function inFile(path: string, baseDirectory: string): SourcedSecret {
  const file = isAbsolute(path) ? path : resolve(baseDirectory, path);
  let value: string | undefined;
  let before: string | undefined;
  let refused: string | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  const use = (found: string | undefined) => {
    if (found !== value) before = value;
    value = found;
    refused = undefined;
  };
  const look = () => {
    try {
      return remember(readFileSync(file, "utf8"));
    } catch {
      // While the platform swaps the file the last value stays.
      return value;
    }
  };
  return {
    remedy: `write it to ${path}`,
    fixed: false,
    look,
    again() {
      readAt = Number.NEGATIVE_INFINITY;
    },
    use,
    refuse(found) {
      if (found === value) value = before;
      refused = found;
    },
    read() {
      if (performance.now() - readAt < fileAgeMs) return value;
      readAt = performance.now();
      const found = look();
      if (found !== value && (found === undefined || found !== refused)) use(found);
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
