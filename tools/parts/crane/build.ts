import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { which } from "../../engine/index.ts";
import { pinnedVersion } from "../go.ts";
import { goPart } from "../go-part.ts";
import type { ProgramPart } from "../part.ts";

const module = join(dirname(fileURLToPath(import.meta.url)), "go");
const containerRegistry = "github.com/google/go-containerregistry";
const version = pinnedVersion(module, containerRegistry);

const built = goPart({
  name: `crane ${version}`,
  version,
  file: "crane",
  module,
  package: `${containerRegistry}/cmd/crane`,
  ldflags: `-X=${containerRegistry}/cmd/crane/cmd.Version=${version}`,
});

/**
 * crane speaks to image registries, with the credentials and credential helpers of Docker's configuration and without
 * Docker. The one on the PATH will do: it only carries what is made here. Else it is built from its Go module.
 */
export const crane: ProgramPart = {
  ...built,
  find: () => {
    const found = which("crane");
    return found ? dirname(found) : built.find();
  },
  ensure: async (progress) => crane.find() ?? built.ensure(progress),
};
