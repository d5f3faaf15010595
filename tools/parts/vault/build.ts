import { copyFileSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildGoProgram, pinnedVersion } from "../go.ts";
import { goPart } from "../go-part.ts";
import { composeSdk } from "./sdk.ts";

const module = join(dirname(fileURLToPath(import.meta.url)), "go");
const vaultModule = "github.com/hashicorp/vault";
const version = pinnedVersion(module, vaultModule);

/**
 * Vault's core with the engines that the stacks use and its HTTP API, in memory, built from its Go module. It has no command
 * line, no raft and no seal but Shamir's.
 */
export const vault = goPart({
  name: `Vault ${version}`,
  version,
  file: join("bin", "vault"),
  module,
  package: ".",
  ldflags: `-X=${vaultModule}/version.fullVersion=${version}`,
  build: async (source, output, progress) => {
    const copy = `${output}-source`;
    mkdirSync(copy, { recursive: true });
    for (const name of readdirSync(module)) copyFileSync(join(module, name), join(copy, name));
    await composeSdk(join(copy, "sdk"));
    await buildGoProgram({ ...source, module: copy }, output, progress);
    rmSync(copy, { recursive: true, force: true });
  },
});
