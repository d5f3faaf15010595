import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Progress, which } from "../../engine/index.ts";
import { ensurePackages, type Need } from "../debian.ts";
import { buildGoProgram, goProgramFolder, moduleFolder, pinnedVersion } from "../go.ts";
import { findKept, keep } from "../kept.ts";
import type { Part } from "../part.ts";

const moduleDirectory = join(dirname(fileURLToPath(import.meta.url)), "go");
const ollamaModule = "github.com/ollama/ollama";
const miniaudioModule = "github.com/gen2brain/malgo";
const version = pinnedVersion(moduleDirectory, ollamaModule);
const program = join("bin", "ollama");

/** What llama.cpp keeps in a directory called vendor, which a Go module never has. */
const needs: readonly Need[] = [
  { package: "g++", present: () => which("g++") !== undefined },
  { package: "nlohmann-json3-dev", present: () => existsSync("/usr/include/nlohmann/json.hpp") },
  { package: "libstb-dev", present: () => existsSync("/usr/include/stb/stb_image.h") },
];

/**
 * Ollama for the CPU, built from its Go module: 350 s of CPU time, most of it C++, which is compiled without optimisation
 * (with -O1 it was 415 s). The loops that count are C with an -O3 of their own.
 */
export const ollama: Part & { readonly program: (directory: string) => string } = {
  name: `Ollama ${version}`,
  program: (directory) => join(directory, program),
  find: () => findKept(keptIn()),
  ensure: (progress) => keep(keptIn(), ollama.name, progress, (scratch) => build(scratch, progress)),
};

async function build(scratch: string, progress: Progress): Promise<readonly string[]> {
  await ensurePackages(`Building ${ollama.name}`, needs, progress);
  const headers = await miniaudioHeaders();
  const source = {
    name: ollama.name,
    module: moduleDirectory,
    package: ollamaModule,
    ldflags: `-X=${ollamaModule}/version.Version=${version}`,
    environment: { CGO_ENABLED: "1", CGO_CPPFLAGS: `-I${headers}`, CGO_CFLAGS: "-O0", CGO_CXXFLAGS: "-O0" },
  };
  await buildGoProgram(source, join(scratch, program), progress);
  return [program];
}

/** A place that stays the same, so that a build that was interrupted finds in Go's cache what it had compiled. */
async function miniaudioHeaders(): Promise<string> {
  const include = join(dirname(keptIn()), "include");
  mkdirSync(join(include, "miniaudio"), { recursive: true });
  const header = join(await moduleFolder(moduleDirectory, miniaudioModule), "miniaudio.h");
  copyFileSync(header, join(include, "miniaudio", "miniaudio.h"));
  return include;
}

const keptIn = () => goProgramFolder("ollama", moduleDirectory, version);
