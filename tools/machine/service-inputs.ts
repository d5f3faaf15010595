import { createHash } from "node:crypto";
import { isAbsolute, normalize } from "node:path";
import { z } from "zod";

/** What the version's folder holds besides a service's own files. */
export const bundleName = "service.mjs";
export const configurationName = "configuration.json";

const absolute = z.string().refine((path) => isAbsolute(path) && normalize(path) !== "/", {
  error: ({ input }) => `"${String(input)}" is not the absolute path of a file or folder`,
});

const bundle = z.strictObject({
  path: absolute,
  beside: z
    .array(z.string().regex(/^[\w-][\w.-]*$/, { error: "the name of a file is expected" }))
    .readonly()
    .optional(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, { error: "a SHA-256 in 64 hexadecimal digits is expected" }),
});

const relative = z.string().refine(isInside, {
  error: ({ input }) => `"${String(input)}" is not a relative path within the service's folder`,
});

const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {
  error: ({ input }) => `"${String(input)}" is no name of an environment variable`,
});

const seconds = z.number().min(1).max(86_400).default(30);

export const inputs = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, {
    error: ({ input }) => `"${String(input)}" is no service name: lower-case letters, digits and hyphens are allowed`,
  }),
  directory: absolute,
  bundle,
  supervisor: bundle,
  configuration: z.string().refine(isJson, { error: "it is not JSON" }),
  files: z.record(relative, z.string()).default({}),
  listen: z.strictObject({ host: z.string().min(1), port: z.int().min(0).max(65_535) }),
  workers: z.int().min(1).max(256).default(1),
  startSeconds: seconds,
  drainSeconds: seconds,
  environment: z.record(variable, z.string()).default({}),
  environmentFile: absolute.optional(),
  secretVariables: z.array(variable).default([]),
  secretsVersion: z.string().optional(),
});

export type Inputs = z.infer<typeof inputs>;

/** The part of the inputs that makes a version. */
export type Versioned = Pick<Inputs, "bundle" | "configuration" | "files" | "environment" | "secretsVersion">;

export const versionedInputs = ["bundle", "configuration", "files", "environment", "secretsVersion"] as const;

/** The same for the same bundle, configuration, files, environment and `secretsVersion`, in whatever order. */
export function versionOf({
  bundle: { sha256 },
  configuration,
  files,
  environment,
  secretsVersion,
}: Versioned): string {
  const parts = [sha256, configuration, sorted(files), sorted(environment), secretsVersion ?? null];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}

function sorted(record: Readonly<Record<string, string>>): (readonly [string, string])[] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

function isInside(path: string): boolean {
  const plain = normalize(path);
  return (
    path !== "" &&
    !isAbsolute(path) &&
    !path.endsWith("/") &&
    plain !== "." &&
    !plain.split("/").includes("..") &&
    plain !== bundleName &&
    plain !== configurationName
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
