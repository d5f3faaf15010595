import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { pinnedVersion } from "../go.ts";
import { goPart } from "../go-part.ts";

const module = join(dirname(fileURLToPath(import.meta.url)), "go");
const distribution = "github.com/distribution/distribution/v3";
const version = pinnedVersion(module, distribution);

/** The image registry of the CNCF, built from its Go modules; what it holds is in a folder. */
export const registry = goPart({
  name: `Distribution ${version}`,
  version,
  file: "registry",
  module,
  package: ".",
  ldflags: `-X=${distribution}/version.version=${version}`,
});
