import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory, Failure, type Progress, which } from "../engine/index.ts";
import { run } from "./run.ts";

/** A program built from public Go modules. */
export interface GoProgram {
  /** As a person knows it. */
  readonly name: string;
  /** The folder with the go.mod that names the version and the go.sum that holds every checksum. */
  readonly module: string;
  readonly package: string;
  readonly ldflags: string;
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Compiles through the module proxy alone: no version-control download, no toolchain download, go.sum decides.
 */
export async function buildGoProgram(program: GoProgram, output: string, progress: Progress): Promise<void> {
  const { name, module: directory, package: main, ldflags } = program;
  const environment = { ...(await goEnvironment()), ...program.environment };
  progress.step(`Downloading the Go modules of ${name}.`);
  const download = (text: string) => {
    if (text.startsWith("go: downloading")) progress.update(text.replace(/^go: d/, "D"));
  };
  const list = await run("go", ["list", "-deps", main], { directory, environment, line: download });
  const packages = list.split("\n").length;
  const started = Date.now();
  let compiled = 0;
  // A package of C++ may take minutes: the seconds show that it goes on.
  const tell = () => {
    const seconds = Math.round((Date.now() - started) / 1000);
    progress.update(`Compiling ${name}: package ${compiled} of about ${packages}, ${seconds} s`);
  };
  const ticking = setInterval(tell, 1_000);
  const line = () => {
    compiled++;
  };
  // Without inlining and debugging data the Go compiler needs three quarters of the time.
  const flags = ["-v", "-trimpath", "-gcflags=all=-l -dwarf=false", `-ldflags=-s -w ${ldflags}`, "-o", output];
  try {
    await run("go", ["build", ...flags, main], { directory, environment, line });
  } finally {
    clearInterval(ticking);
  }
}

/** The folder of a module in Go's own cache, downloaded and checked against go.sum. */
export async function moduleFolder(directory: string, module: string): Promise<string> {
  const environment = await goEnvironment();
  await run("go", ["mod", "download", module], { directory, environment });
  return run("go", ["list", "-m", "-f", "{{.Dir}}", module], { directory, environment });
}

/** A module of which only files are wanted, none of its packages. */
export interface PinnedModule {
  readonly module: string;
  readonly version: string;
  /** The checksum of its zip, as a go.sum has it. */
  readonly sum: string;
}

/**
 * The folder of a module in Go's own cache, downloaded if need be.
 *
 * @throws Failure if what came is another than was pinned
 */
export async function pinnedModuleFolder({ module, version, sum }: PinnedModule): Promise<string> {
  // No database of checksums is asked: there is one here.
  const environment = { ...(await goEnvironment()), GOFLAGS: "", GOSUMDB: "off" };
  const answer = await run("go", ["mod", "download", "-json", `${module}@${version}`], { environment });
  const { Dir, Sum } = JSON.parse(answer) as { Dir: string; Sum: string };
  if (Sum !== sum) throw new Failure(`${module}@${version} has the checksum ${Sum}; ${sum} was expected.`);
  return Dir;
}

/** The version that a go.mod pins, without its v. */
export function pinnedVersion(directory: string, module: string): string {
  const requirement = new RegExp(`^(?:require |\\t)${module} v(\\S+)`, "m");
  const version = requirement.exec(readFileSync(join(directory, "go.mod"), "utf8"))?.[1];
  if (!version) throw new Error(`${directory}/go.mod names no version of ${module}`);
  return version;
}

/** Where a program is kept: its version, its modules' checksums, our own sources and the platform are in the folder's name. */
export function goProgramFolder(name: string, directory: string, version: string): string {
  const key = createHash("sha256").update(moduleSums(directory));
  const sources = readdirSync(directory).filter((file) => file.endsWith(".go"));
  for (const source of sources.sort()) key.update(readFileSync(join(directory, source)));
  const folder = `v${version}-${process.platform}-${process.arch}-${key.digest("hex").slice(0, 12)}`;
  return join(cacheDirectory(), "parts", name, folder);
}

/** What decides of which modules a program is made. */
export const moduleSums = (directory: string): Buffer =>
  Buffer.concat(["go.mod", "go.sum"].map((file) => readFileSync(join(directory, file))));

/** Runs a program that asks the go command about a module's packages. */
export async function runInModule(directory: string, command: string, args: readonly string[]): Promise<void> {
  await run(command, args, { directory, environment: await goEnvironment() });
}

async function goEnvironment(): Promise<NodeJS.ProcessEnv> {
  if (!which("go")) throw new Failure("There is no go command on the PATH.", ["install Go 1.24 or newer"]);
  const configured = await run("go", ["env", "GOPROXY"]);
  const proxies = configured.split(/[,|]/).filter((entry) => entry !== "direct" && entry !== "");
  if (proxies.length === 0 || proxies.includes("off")) {
    throw new Failure(`Go's module proxy is switched off here (GOPROXY=${configured}).`, ["set GOPROXY to a proxy"]);
  }
  return {
    GOPROXY: proxies.join(","),
    GOVCS: "*:off",
    GOTOOLCHAIN: "local",
    GOFLAGS: "-mod=readonly",
    // The compiler is short-lived and memory is there: collecting rarely saves about a sixth of its time.
    GOGC: process.env.GOGC ?? "400",
  };
}
