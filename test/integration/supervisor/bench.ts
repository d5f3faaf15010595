import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { exchange, find, type Secrets, type Service, type Status, start } from "../../../runtime/supervisor/client.ts";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../../..");

export interface Program {
  readonly path: string;
  readonly sha256: string;
}

/** Everything a test file starts and writes, and how to be rid of it whatever happened. */
export class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), "hl-test-"));
  readonly #directories = new Set<string>();
  readonly #pids = new Set<number>();

  /** Bundles an entry of this repository as it would be deployed. */
  async bundle(entry: string, banner = ""): Promise<Program> {
    const result = await build({
      entryPoints: [join(root, entry)],
      bundle: true,
      platform: "node",
      format: "esm",
      banner: { js: banner },
      write: false,
    });
    const bytes = result.outputFiles[0]?.contents ?? new Uint8Array();
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const path = join(this.folder, `${sha256.slice(0, 12)}.mjs`);
    writeFileSync(path, bytes);
    return { path, sha256 };
  }

  supervisor(banner?: string): Promise<Program> {
    return this.bundle("runtime/supervisor/main.ts", banner);
  }

  worker(): Promise<Program> {
    return this.bundle("test/integration/supervisor/fixtures/worker.ts");
  }

  /** A folder for one service, not there yet. */
  directory(name: string): string {
    const directory = join(this.folder, name);
    this.#directories.add(directory);
    return directory;
  }

  /** Ended with the rest. */
  watch(pid: number | undefined): void {
    if (pid !== undefined) this.#pids.add(pid);
  }

  async close(): Promise<void> {
    for (const directory of this.#directories) {
      const found = await find(directory);
      if (found.state === "running" || found.state === "dead") kill(-found.pid);
    }
    for (const pid of this.#pids) kill(pid);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone already, as it should be.
  }
}

/** What the fixture worker is told; see fixtures/worker.ts. */
export interface Behaviour {
  readonly host?: string;
  readonly port?: number;
  readonly answer?: string;
  readonly fail?: string;
  readonly silent?: boolean;
  readonly stubborn?: boolean;
  readonly secret?: string;
}

/** A service directory of the fixture worker, written by hand as the provider would. */
export class Fixture {
  readonly directory: string;
  readonly #supervisor: Program;
  readonly #worker: Program;

  constructor(bench: Bench, name: string, supervisor: Program, worker: Program) {
    this.directory = bench.directory(name);
    this.#supervisor = supervisor;
    this.#worker = worker;
    mkdirSync(this.directory, { recursive: true, mode: 0o700 });
  }

  write(version: string, behaviour: Behaviour, service: Partial<Service> = {}): void {
    const folder = join(this.directory, version);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "worker.mjs"), readFileSync(this.#worker.path));
    const configuration = { host: "127.0.0.1", port: 0, answer: version, ...behaviour };
    writeFileSync(join(folder, "configuration.json"), JSON.stringify(configuration));
    const description: Service = {
      name: "fixture",
      version,
      bundle: `${version}/worker.mjs`,
      configuration: `${version}/configuration.json`,
      workers: 1,
      startMs: 60_000,
      drainMs: 60_000,
      environment: {},
      secretVariables: [],
      ...service,
    };
    writeFileSync(join(this.directory, "service.json"), JSON.stringify(description));
  }

  start(secrets: Secrets = {}): Promise<Status> {
    return start(this.directory, { program: this.#supervisor.path, secrets, timeoutMs: 90_000 });
  }

  exchange(secrets: Secrets = {}): Promise<Status> {
    return exchange(this.directory, secrets, 90_000);
  }
}

/** Arguments of all processes that can be seen, as anyone on the machine sees them. */
export function commandLines(): string {
  return execFileSync("ps", ["-eo", "args"], { encoding: "utf8" });
}

/** All files beneath a directory. */
export function filesOf(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
