import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Failure } from "./failure.ts";
import { withLock } from "./lock.ts";
import type { Progress } from "./progress.ts";

/** The Go module that pins the engine: its go.mod names the version, its go.sum every checksum. */
const moduleDirectory = join(dirname(fileURLToPath(import.meta.url)), "go");
const cliPackage = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const versionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
/** The stamp holds the sizes of what was built, so that a truncated file is seen without running it. */
const stampName = "built.json";

/** The version that go.mod pins, without its v. */
export function pinnedVersion(): string {
  const found = /pulumi\/pkg\/v3 v(\d+\.\d+\.\d+)/.exec(readFileSync(join(moduleDirectory, "go.mod"), "utf8"))?.[1];
  if (!found) throw new Error("tools/engine/go/go.mod names no version of the engine");
  return found;
}

/** The folder under `cache` that holds exactly this engine: version, sources and platform are in its name. */
export function buildDirectory(cache: string): string {
  const sources = [
    "go.mod",
    "go.sum",
    ...readdirSync(join(moduleDirectory, "language-host")).map((n) => `language-host/${n}`),
  ]
    .filter((name) => !name.endsWith("_test.go") && !name.endsWith("testdata"))
    .sort();
  const hash = createHash("sha256");
  for (const name of sources) hash.update(name).update(readFileSync(join(moduleDirectory, name)));
  const key = hash.digest("hex").slice(0, 12);
  return join(cache, "engine", `v${pinnedVersion()}-${process.platform}-${process.arch}-${key}`);
}

/** The built engine, if it is there and whole. */
export function findBuilt(cache: string): string | undefined {
  const directory = buildDirectory(cache);
  try {
    const sizes = JSON.parse(readFileSync(join(directory, stampName), "utf8")) as Record<string, number>;
    const files = Object.entries(sizes);
    const whole = files.every(([name, size]) => statSync(join(directory, "bin", name)).size === size);
    return whole && files.length > 0 ? directory : undefined;
  } catch {
    return undefined;
  }
}

/** Why this machine can't build the engine, or undefined if it can try. */
export function whyNotBuildable(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  try {
    const version = execFileSync("go", ["env", "GOVERSION"], {
      encoding: "utf8",
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const wanted = /^go (\d+)\.(\d+)/m.exec(readFileSync(join(moduleDirectory, "go.mod"), "utf8"));
    const found = /^go(\d+)\.(\d+)/.exec(version);
    const number = (match: RegExpExecArray | null) => Number(match?.[1] ?? 0) * 1000 + Number(match?.[2] ?? 0);
    if (number(found) >= number(wanted)) return undefined;
    return `Go ${found?.[0]?.slice(2) ?? version.trim()} is too old: ${wanted?.[1]}.${wanted?.[2]} or newer is needed`;
  } catch {
    return "there is no go command on the PATH";
  }
}

/**
 * Builds CLI and language host from public Go modules, through the module proxy alone and with every checksum
 * verified, into a folder keyed by version; an interrupted build leaves nothing that a later one could take for whole.
 */
export async function buildEngine(cache: string, progress: Progress, signal?: AbortSignal): Promise<string> {
  const directory = buildDirectory(cache);
  const tell = (pid: number) => progress.step(`Process ${pid} is building the engine already; waiting for it.`);
  return withLock(`${directory}.lock`, tell, async () => {
    const done = findBuilt(cache);
    if (done) return done;
    const started = Date.now();
    mkdirSync(cache, { recursive: true });
    const scratch = mkdtempSync(join(cache, "build-"));
    try {
      await compile(join(scratch, "bin"), progress, signal);
      const sizes = Object.fromEntries(
        readdirSync(join(scratch, "bin")).map((name) => [name, statSync(join(scratch, "bin", name)).size]),
      );
      writeFileSync(join(scratch, stampName), JSON.stringify(sizes));
      rmSync(directory, { recursive: true, force: true });
      mkdirSync(dirname(directory), { recursive: true });
      renameSync(scratch, directory);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
    progress.step(`Built the Pulumi engine ${pinnedVersion()} in ${Math.round((Date.now() - started) / 1000)} s.`);
    return directory;
  });
}

async function compile(output: string, progress: Progress, signal: AbortSignal | undefined): Promise<void> {
  mkdirSync(output, { recursive: true });
  const environment = goEnvironment();
  progress.step("Downloading the engine's Go modules.");
  const packages = await listPackages(environment, progress, signal);
  let compiled = 0;
  // Without inlining and debugging data the compiler needs three quarters of the time; the engine then takes a tenth more
  // CPU for a small preview, most of which is the program's.
  const flags = [
    "-trimpath",
    "-v",
    "-gcflags=all=-l -dwarf=false",
    `-ldflags=-s -w -X ${versionVariable}=v${pinnedVersion()}`,
  ];
  await run(
    ["build", ...flags, "-o", `${output}/`, cliPackage, "./language-host"],
    environment,
    () => {
      compiled += 1;
      progress.update(`Compiling the Pulumi engine: package ${compiled} of about ${packages}`);
    },
    signal,
  );
  renameSync(join(output, "language-host"), join(output, "pulumi-language-nodejs"));
}

/** How many packages a cold build compiles; downloads what they need on its way. */
async function listPackages(
  environment: NodeJS.ProcessEnv,
  progress: Progress,
  signal: AbortSignal | undefined,
): Promise<number> {
  let count = 0;
  const line = (text: string) => {
    if (text.startsWith("go: downloading")) progress.update(text.replace(/^go: d/, "D"));
    else count += 1;
  };
  await run(["list", "-deps", cliPackage, "./language-host"], environment, line, signal);
  return count;
}

/** Module proxy only: no version-control download, no toolchain download, go.sum decides. */
function goEnvironment(): NodeJS.ProcessEnv {
  const configured = execFileSync("go", ["env", "GOPROXY"], { encoding: "utf8" }).trim();
  const proxies = configured.split(/[,|]/).filter((entry) => entry !== "direct" && entry !== "");
  if (proxies.length === 0 || proxies.includes("off")) {
    throw new Failure(`Go's module proxy is switched off here (GOPROXY=${configured}).`, [
      "set GOPROXY to a module proxy",
    ]);
  }
  return {
    ...process.env,
    GOPROXY: proxies.join(","),
    GOVCS: "*:off",
    GOTOOLCHAIN: "local",
    GOFLAGS: "-mod=readonly",
    CGO_ENABLED: "0",
    // The compiler is short-lived and memory is there: collecting rarely saves about a sixth of its time.
    GOGC: process.env.GOGC ?? "400",
  };
}

function run(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  line: (text: string) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child: ChildProcess = spawn("go", args, {
      cwd: moduleDirectory,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
      ...(signal ? { signal } : {}),
    });
    const tail: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on("line", (text) => {
        tail.push(text);
        if (tail.length > 15) tail.shift();
        line(text);
      });
    }
    child.on("error", reject);
    child.on("close", (code, killedBy) => {
      if (code === 0) resolve();
      else reject(new Failure(`go ${args[0]} failed (${killedBy ?? `exit code ${code}`}):\n${tail.join("\n")}`));
    });
  });
}
