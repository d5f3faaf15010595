import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory, Failure, type Progress } from "../../engine/index.ts";
import { ensurePackages, type Need } from "../debian.ts";
import { keptPart } from "../kept.ts";
import type { Part } from "../part.ts";
import { run } from "../run.ts";

/**
 * The wheel that carries the real server for Linux, with the Python backend alone and without CUDA. The server's own
 * version is 2.51 (release 24.10).
 */
const wheel = { name: "nvidia-pytriton", version: "0.7.0" } as const;
/** The backend reads tensors of text wrongly with NumPy 2. */
const numpy = "1.26.4";
/** Versions of Python for which NumPy has a wheel of that version. */
const pythons = { from: 9, to: 12 } as const;
const python = "/usr/bin/python3";

export interface TritonFiles {
  readonly server: string;
  /** The folder of the backends, for --backend-directory. */
  readonly backends: string;
  readonly environment: NodeJS.ProcessEnv;
}

export const triton: Part & { readonly files: (directory: string) => TritonFiles } = {
  ...keptPart(`Triton (${wheel.name} ${wheel.version})`, keptIn, install),
  files: filesIn,
};

async function install(scratch: string, progress: Progress): Promise<readonly string[]> {
  if (process.platform !== "linux") throw new Failure(`${triton.name} runs on Linux only.`);
  await ensurePackages(triton.name, basics, progress);
  const minor = minorVersion();
  if (minor < pythons.from || minor > pythons.to) {
    const range = `3.${pythons.from} to 3.${pythons.to}`;
    throw new Failure(`${triton.name} needs Python ${range}, and ${python} is 3.${minor}.`);
  }
  await ensurePackages(triton.name, [sharedLibrary(minor)], progress);
  const line = (text: string) => progress.update(text);
  progress.step(`Installing ${triton.name} from PyPI.`);
  await run(python, ["-m", "venv", scratch]);
  const packages = [`${wheel.name}==${wheel.version}`, `numpy==${numpy}`];
  const options = ["--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--no-input"];
  await run(join(scratch, "bin", "python"), ["-m", "pip", "install", ...options, ...packages], { line });
  const { server, backends } = filesIn(scratch);
  const bundle = join(sitePackages(scratch), "pytriton", "tritonserver");
  cpSync(join(bundle, "backends", "python"), join(backends, "python"), { recursive: true });
  const stub = "triton_python_backend_stub";
  copyFileSync(join(bundle, "python_backend_stubs", `3.${minor}`, stub), join(backends, "python", stub));
  return [server, join(backends, "python", stub), join(backends, "python", "libtriton_python.so")].map((file) =>
    file.slice(scratch.length + 1),
  );
}

function filesIn(directory: string): TritonFiles {
  const packages = sitePackages(directory);
  return {
    server: join(packages, "pytriton", "tritonserver", "bin", "tritonserver"),
    backends: join(directory, "backends"),
    environment: {
      LD_LIBRARY_PATH: join(packages, "nvidia_pytriton.libs"),
      PYTHONPATH: packages,
      PATH: `${join(directory, "bin")}:${process.env.PATH ?? ""}`,
    },
  };
}

function sitePackages(directory: string): string {
  const lib = join(directory, "lib");
  const version = readdirSync(lib).find((name) => name.startsWith("python3"));
  if (!version) throw new Failure(`${directory} holds no Python packages.`, ["remove that folder and run this again"]);
  return join(lib, version, "site-packages");
}

const basics: readonly Need[] = [
  { package: "python3", present: () => existsSync(python) },
  { package: "python3-venv", present: () => can("import ensurepip, venv") },
];

/** What the backend's stub is linked against. */
const sharedLibrary = (minor: number): Need => ({
  package: `libpython3.${minor}`,
  present: () => can(`import ctypes; ctypes.CDLL("libpython3.${minor}.so.1.0")`),
});

const minorVersion = (): number =>
  Number(execFileSync(python, ["-c", "import sys; print(sys.version_info.minor)"], { encoding: "utf8" }));

function can(statement: string): boolean {
  try {
    execFileSync(python, ["-c", statement], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function keptIn(): string {
  const folder = `v${wheel.version}-${process.platform}-${process.arch}`;
  return join(cacheDirectory(), "parts", "triton", folder);
}
