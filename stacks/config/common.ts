import { z } from "zod";

/** A name that is also valid in Kubernetes, DNS and file names. */
export const name = z
  .string()
  .regex(/^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/, "a name of at most 40 lower-case letters, digits and hyphens");

export const hostname = z
  .string()
  .regex(/^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/, "a host name");

/** The pattern proves what the type says. */
export const imageDigest = z
  .string()
  .regex(
    /^sha256:[0-9a-f]{64}$/,
    "an image digest: sha256: and 64 hexadecimal digits, never a tag",
  ) as unknown as z.ZodType<`sha256:${string}`, string>;

/** Stands for an image's digest that nobody knows yet. */
export const unknownDigest = `sha256:${"0".repeat(64)}`;

export const imageRepository = z
  .string()
  .regex(/^[a-z0-9.-]+(?::\d+)?(?:\/[a-z0-9._-]+)+$/, "a registry's host and a path, without tag and digest");

const quantity = (units: string, what: string) =>
  z.string().regex(new RegExp(`^(?:\\d+|\\d*\\.\\d+)${units}$`), `${what}, as Kubernetes writes it`);

export const cpuQuantity = quantity("m?", "CPUs such as 2 or 500m");
export const memoryQuantity = quantity("(?:[MG]i?)?", "bytes such as 512Mi or 2Gi");

export const gibibytes = z.int().min(1).max(65_536);

export const registryMirror = z
  .string()
  .regex(/^[a-z0-9.-]+(?::\d+)?(?:\/[a-z0-9._/-]+)?$/, "a registry's host, with port and path as needed")
  .meta({ description: "Every image and chart is rewritten to it." });

/**
 * A secret by reference. The value is never in a stack's configuration: `vault` is a path in Vault's kv engine with the
 * field after a hash, `pulumi` the name of an encrypted configuration value of this stack.
 */
export const SecretReference = z
  .union([
    z.strictObject({
      vault: z.string().regex(/^[\w-]+(?:\/[\w.-]+)+#[\w.-]+$/, "mount/path#field, such as kv/llm/openai#key"),
    }),
    z.strictObject({
      pulumi: z.string().regex(/^[A-Za-z][\w-]*$/, "the name of a `pulumi config set --secret` value"),
    }),
  ])
  .meta({ description: "A secret by reference: {vault: mount/path#field} or {pulumi: name}. Never the value." });
export type SecretReference = z.infer<typeof SecretReference>;
