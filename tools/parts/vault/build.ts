import { copyFileSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildGoProgram, goProgramFolder, pinnedVersion } from "../go.ts";
import { findKept, keep } from "../kept.ts";
import type { Part } from "../part.ts";
import { composeSdk } from "./sdk.ts";

const moduleDirectory = join(dirname(fileURLToPath(import.meta.url)), "go");
const vaultModule = "github.com/hashicorp/vault";
const version = pinnedVersion(moduleDirectory, vaultModule);
const program = join("bin", "vault");

/**
 * Vault's core with the engines that the stacks use and its HTTP API, in memory, built from its Go module. It has no command
 * line, no raft and no seal but Shamir's.
 */
export const vault: Part & { readonly program: (directory: string) => string } = {
  name: `Vault ${version}`,
  program: (directory) => join(directory, program),
  find: () => findKept(keptIn()),
  ensure: (progress) =>
    keep(keptIn(), vault.name, progress, async (scratch) => {
      const source = join(scratch, "source");
      mkdirSync(source);
      for (const name of readdirSync(moduleDirectory)) copyFileSync(join(moduleDirectory, name), join(source, name));
      await composeSdk(join(source, "sdk"));
      await buildGoProgram({ ...built, module: source }, join(scratch, program), progress);
      rmSync(source, { recursive: true, force: true });
      return [program];
    }),
};

const built = {
  name: vault.name,
  package: ".",
  ldflags: `-X=${vaultModule}/version.fullVersion=${version}`,
  environment: { CGO_ENABLED: "0" },
};

/** The program itself is in the key too: it is ours. */
const keptIn = () => goProgramFolder("vault", moduleDirectory, version);
