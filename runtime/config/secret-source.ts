import { z } from "zod";

/**
 * Where a secret's value is found. The value itself is never part of a configuration: `env` names an environment
 * variable of the router, `file` a file that the platform (Vault Secrets Operator, a mounted Secret) keeps current.
 */
export const SecretSource = z
  .union([
    z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of an environment variable") }),
    z.strictObject({ file: z.string().min(1) }),
  ])
  .meta({ description: "Where a secret is found: {env: NAME} or {file: path}. Never the secret itself." });
export type SecretSource = z.infer<typeof SecretSource>;
