import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { projectDirectory } from "../../engine/index.ts";

/** What is told of a stack in its file. */
interface StackFile {
  readonly config: {
    readonly "hybrid-llm:stack": {
      readonly regions?: readonly { readonly name: string }[];
      readonly clusters?: readonly { readonly name: string }[];
      readonly cluster?: { readonly name: string };
      readonly edge?: { readonly kind: string };
    };
  };
}

/**
 * A Pulumi project whose program registers the providers of a stack and nothing else: what any program with them costs.
 *
 * @returns its folder
 */
export function emptyProject(folder: string, stack: string): string {
  if (existsSync(join(folder, "Pulumi.yaml"))) return folder;
  const file = readFileSync(join(projectDirectory, `Pulumi.${stack}.yaml`), "utf8");
  const { regions = [], clusters = [], cluster, edge } = (parse(file) as StackFile).config["hybrid-llm:stack"];
  const inClusters = [...regions, ...clusters, ...(cluster === undefined ? [] : [cluster])];
  const lines = [
    ...regions.map(({ name }) => `new aws.Provider("${name}-aws", { region: "${name}" });`),
    ...inClusters.map(({ name }) => `new kubernetes.Provider("${name}-kubernetes", { kubeconfig: "{}" });`),
    ...(edge?.kind === "cloudflare" ? ['new cloudflare.Provider("edge-cloudflare");'] : []),
    'new tls.Provider("tls");',
  ];
  const packages = ["aws", "cloudflare", "kubernetes", "tls"].filter((name) =>
    lines.some((line) => line.startsWith(`new ${name}.`)),
  );
  const program = [...packages.map((name) => `import * as ${name} from "@pulumi/${name}";`), ...lines, ""].join("\n");
  writeFileSync(
    join(folder, "Pulumi.yaml"),
    "name: empty\nmain: main.mjs\nruntime: { name: nodejs, options: { typescript: false } }\n",
  );
  writeFileSync(join(folder, "package.json"), '{ "name": "empty", "type": "module" }\n');
  writeFileSync(join(folder, "main.mjs"), program);
  symlinkSync(join(projectDirectory, "node_modules"), join(folder, "node_modules"));
  return folder;
}
