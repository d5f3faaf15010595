import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildGoProgram, goProgramFolder, pinnedVersion } from "../go.ts";
import { findKept, keep } from "../kept.ts";
import type { Part } from "../part.ts";

const moduleDirectory = join(dirname(fileURLToPath(import.meta.url)), "go");
const distribution = "github.com/distribution/distribution/v3";
const version = pinnedVersion(moduleDirectory, distribution);

/** The image registry of the CNCF, built from its Go modules; what it holds is in a folder. */
export const registry: Part & { readonly program: (directory: string) => string } = {
  name: `Distribution ${version}`,
  program: (directory) => join(directory, "registry"),
  find: () => findKept(keptIn()),
  ensure: (progress) =>
    keep(keptIn(), registry.name, progress, async (scratch) => {
      await buildGoProgram(source, registry.program(scratch), progress);
      return ["registry"];
    }),
};

const source = {
  name: registry.name,
  module: moduleDirectory,
  package: ".",
  ldflags: `-X=${distribution}/version.version=${version}`,
  environment: { CGO_ENABLED: "0" },
};

const keptIn = () => goProgramFolder("registry", moduleDirectory, version);
