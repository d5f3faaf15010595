import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { which } from "../../engine/index.ts";
import { buildGoProgram, goProgramFolder, pinnedVersion } from "../go.ts";
import { findKept, keep } from "../kept.ts";
import type { Part } from "../part.ts";

const moduleDirectory = join(dirname(fileURLToPath(import.meta.url)), "go");
const containerRegistry = "github.com/google/go-containerregistry";
const version = pinnedVersion(moduleDirectory, containerRegistry);

/**
 * crane speaks to image registries, with the credentials and credential helpers of Docker's configuration and without
 * Docker. The one on the PATH will do: it only carries what is made here. Else it is built from its Go module.
 */
export const crane: Part & { readonly program: (directory: string) => string } = {
  name: `crane ${version}`,
  program: (directory) => join(directory, "crane"),
  find: () => {
    const found = which("crane");
    return found ? dirname(found) : findKept(keptIn());
  },
  ensure: async (progress) =>
    crane.find() ??
    keep(keptIn(), crane.name, progress, async (scratch) => {
      await buildGoProgram(source, crane.program(scratch), progress);
      return ["crane"];
    }),
};

const source = {
  name: crane.name,
  module: moduleDirectory,
  package: `${containerRegistry}/cmd/crane`,
  ldflags: `-X=${containerRegistry}/cmd/crane/cmd.Version=${version}`,
  environment: { CGO_ENABLED: "0" },
};

const keptIn = () => goProgramFolder("crane", moduleDirectory, version);
