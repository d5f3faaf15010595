import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { z } from "zod";

const flag = z.boolean({ error: ({ input }) => `${JSON.stringify(input)} is neither true nor false` }).optional();

/** The provider's arguments; those that aren't named here are taken and have no effect. */
export const config = z
  .looseObject({
    kubeconfig: z.string().optional(),
    context: z.string().optional(),
    cluster: z.string().optional(),
    clusterIdentifier: z.string().optional(),
    namespace: z.string().optional(),
    renderYamlToDirectory: z.string().optional(),
    enableServerSideApply: flag,
    enableConfigMapMutable: flag,
    enableSecretMutable: flag,
    enablePatchForce: flag,
    deleteUnreachable: flag,
  })
  .refine(({ enableServerSideApply }) => enableServerSideApply !== false, {
    path: ["enableServerSideApply"],
    error:
      "false was given; this offline provider applies on the server's side alone: leave it out, or use the official one",
  });

export type Settings = z.infer<typeof config>;

/** The text of a kubeconfig, or why there is none. */
export type Found = { readonly text: string } | { readonly missing: string };

/**
 * The kubeconfig: contents, or a path; where none is given, `KUBECONFIG` or `~/.kube/config`, as kubectl does.
 */
export function findKubeconfig(given: string | undefined, environment: NodeJS.ProcessEnv = process.env): Found {
  if (given !== undefined && given.trim() !== "")
    return given.includes("\n") || given.includes("{") ? { text: given } : read(given);
  const paths = (environment.KUBECONFIG ?? "").split(delimiter).filter(Boolean);
  if (paths.length > 1) return { missing: "KUBECONFIG names several files; give one as the provider's kubeconfig" };
  const [path] = paths;
  if (path !== undefined) return read(path);
  const usual = join(homedir(), ".kube", "config");
  return existsSync(usual) ? read(usual) : { missing: "no kubeconfig is given, and there is none at ~/.kube/config" };
}

function read(path: string): Found {
  const file = path.replace(/^~(?=\/)/, homedir());
  try {
    return { text: readFileSync(file, "utf8") };
  } catch (error) {
    return { missing: `the kubeconfig ${file} can't be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})` };
  }
}
