import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "esbuild";

/** The packs of this folder, by name; `all` is the three others together. */
export const packNames = ["budget", "sovereignty", "security", "all"] as const;
export type PackName = (typeof packNames)[number];

const here = dirname(fileURLToPath(import.meta.url));

/** Starts the bundle without Pulumi's own runner, which would load ts-node and a TypeScript of its own first. */
const starter = `#!/bin/sh
# The pack as an executable: pulumi preview --policy-pack <this file>
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd -P)
cd "$here" && exec node ./index.cjs "$@"
`;

/** What Pulumi's SDK loads to serialise functions of a program; a policy has none. Two thirds of the bundle without it. */
const unused: Plugin = {
  name: "unused",
  setup(build) {
    build.onResolve({ filter: /^(?:typescript|ts-node|@npmcli\/arborist)$/ }, ({ path }) => ({
      path,
      namespace: "unused",
    }));
    build.onLoad({ filter: /.*/, namespace: "unused" }, () => ({ contents: "module.exports = {};" }));
  },
};

/**
 * Bundles a pack to JavaScript: a folder that `--policy-pack` takes, which needs neither this repository nor its
 * packages, with an executable `pack` in it for engines whose language host runs no plugins.
 *
 * @param folder made anew
 * @param entry what serves the pack; another selection of policies under the same name
 */
export async function buildPack(
  name: PackName,
  folder: string,
  entry: string = join(here, name, "main.ts"),
): Promise<void> {
  const esbuild = await import("esbuild");
  const { version, description, license } = JSON.parse(readFileSync(join(here, "package.json"), "utf8")) as Record<
    string,
    string
  >;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await esbuild.build({
    entryPoints: [entry],
    outfile: join(folder, "index.cjs"),
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    legalComments: "none",
    plugins: [unused],
    logLevel: "silent",
  });
  const manifest = { name: `hybrid-llm-${name}`, version, description, license, private: true, main: "index.cjs" };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  // JSON is YAML.
  const project = { description, runtime: { name: "nodejs", options: { typescript: false } } };
  writeFileSync(join(folder, "PulumiPolicy.yaml"), `${JSON.stringify(project)}\n`);
  writeFileSync(join(folder, "pack"), starter);
  chmodSync(join(folder, "pack"), 0o755);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of packNames) await buildPack(name, join(here, "dist", name));
}
