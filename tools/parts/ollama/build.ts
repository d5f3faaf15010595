import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheDirectory, which } from "../../engine/index.ts";
import { ensurePackages, type Need } from "../debian.ts";
import { buildGoProgram, moduleFolder, pinnedVersion } from "../go.ts";
import { goPart } from "../go-part.ts";

const module = join(dirname(fileURLToPath(import.meta.url)), "go");
const ollamaModule = "github.com/ollama/ollama";
const miniaudioModule = "github.com/gen2brain/malgo";
const version = pinnedVersion(module, ollamaModule);

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
export const ollama = goPart({
  name: `Ollama ${version}`,
  version,
  file: join("bin", "ollama"),
  module,
  package: ollamaModule,
  ldflags: `-X=${ollamaModule}/version.Version=${version}`,
  build: async (source, output, progress) => {
    await ensurePackages(`Building ${source.name}`, needs, progress);
    const headers = await miniaudioHeaders();
    const environment = { CGO_ENABLED: "1", CGO_CPPFLAGS: `-I${headers}`, CGO_CFLAGS: "-O0", CGO_CXXFLAGS: "-O0" };
    await buildGoProgram({ ...source, environment }, output, progress);
  },
});

/** A place that stays the same, so that a build that was interrupted finds in Go's cache what it had compiled. */
async function miniaudioHeaders(): Promise<string> {
  const include = join(cacheDirectory(), "parts", "ollama", "include");
  mkdirSync(join(include, "miniaudio"), { recursive: true });
  const header = join(await moduleFolder(module, miniaudioModule), "miniaudio.h");
  copyFileSync(header, join(include, "miniaudio", "miniaudio.h"));
  return include;
}
