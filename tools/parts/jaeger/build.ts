import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildGoProgram, goProgramFolder, pinnedVersion } from "../go.ts";
import { findKept, keep } from "../kept.ts";
import type { Part } from "../part.ts";

const moduleDirectory = join(dirname(fileURLToPath(import.meta.url)), "go");
const jaegerModule = "github.com/jaegertracing/jaeger";
const version = pinnedVersion(moduleDirectory, jaegerModule);
const program = join("bin", "jaeger");

/**
 * Jaeger's all-in-one, which keeps traces in memory, built from its Go module. That is version 1, the last one: version 2
 * can't be had as a module. Its page for browsers isn't in the module either; its query API is.
 */
export const jaeger: Part & { readonly program: (directory: string) => string } = {
  name: `Jaeger ${version}`,
  program: (directory) => join(directory, program),
  find: () => findKept(keptIn()),
  ensure: (progress) =>
    keep(keptIn(), jaeger.name, progress, async (scratch) => {
      await buildGoProgram(source, join(scratch, program), progress);
      return [program];
    }),
};

const source = {
  name: jaeger.name,
  module: moduleDirectory,
  package: `${jaegerModule}/cmd/all-in-one`,
  ldflags: `-X=${jaegerModule}/internal/version.latestVersion=v${version}`,
  environment: { CGO_ENABLED: "0" },
};

const keptIn = () => goProgramFolder("jaeger", moduleDirectory, version);
