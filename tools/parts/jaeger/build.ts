import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { pinnedVersion } from "../go.ts";
import { goPart } from "../go-part.ts";

const module = join(dirname(fileURLToPath(import.meta.url)), "go");
const jaegerModule = "github.com/jaegertracing/jaeger";
const version = pinnedVersion(module, jaegerModule);

/**
 * Jaeger's all-in-one, which keeps traces in memory, built from its Go module. That is version 1, the last one: version 2
 * can't be had as a module. Its page for browsers isn't in the module either; its query API is.
 */
export const jaeger = goPart({
  name: `Jaeger ${version}`,
  version,
  file: join("bin", "jaeger"),
  module,
  package: `${jaegerModule}/cmd/all-in-one`,
  ldflags: `-X=${jaegerModule}/internal/version.latestVersion=v${version}`,
});
