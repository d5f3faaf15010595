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
 * Vault from its Go module: server and command line, raft, every seal, and those engines that its authors keep in a minimal
 * build; and with `memory` a server of its core in memory, which knows the auth method for Kubernetes too.
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
    const environment = { ...source.environment, GOFLAGS: "-mod=readonly -tags=minimal" };
    await buildGoProgram({ ...source, module: copy, environment }, output, progress);
    rmSync(copy, { recursive: true, force: true });
  },
});
