import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { bundleHash } from "../../infra/machine/bundle-hash.ts";
import type { Service } from "../../runtime/supervisor/client.ts";
import { syncFolder, writeAtomically, writeDurably } from "../../runtime/supervisor/files.ts";
import { UserError } from "../provider/index.ts";
import { makeFolders, removeEmptyFolders } from "./folders.ts";
import { bundleName, configurationName, type Inputs } from "./service-inputs.ts";

/** Says that the folder around it is a service's own, with everything in it. */
const mark = ".hybrid-llm-service";

/** The folder of one service: its versions, the supervisor's program, and what says which version is to run. */
export class ServiceFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get isOurs(): boolean {
    return existsSync(join(this.path, mark));
  }

  /** Makes the folder, or takes one that is ours or empty; whether it is new. */
  claim(name: string): boolean {
    if (this.isOurs) return false;
    const there = existsSync(this.path);
    if (there && (!statSync(this.path).isDirectory() || readdirSync(this.path).length > 0)) {
      throw new UserError(
        `${this.path} is there already and was not made for a service; move it away, or choose another directory`,
      );
    }
    makeFolders(dirname(this.path));
    if (!there) mkdirSync(this.path, { mode: 0o700 });
    try {
      writeAtomically(join(this.path, mark), `${name}\n`);
    } catch (error) {
      if (!there) rmSync(this.path, { recursive: true, force: true });
      throw error;
    }
    return true;
  }

  /** Removes all of it. */
  remove(): void {
    if (existsSync(this.path) && !this.isOurs) {
      throw new UserError(`${this.path} is not removed: nothing in it says that it was made for a service`);
    }
    // The mark last, so that what is left after a failure can be removed again.
    for (const entry of existsSync(this.path) ? readdirSync(this.path) : []) {
      if (entry !== mark) rmSync(join(this.path, entry), { recursive: true, force: true });
    }
    rmSync(this.path, { recursive: true, force: true });
    removeEmptyFolders(dirname(this.path));
  }

  /** Undoes a claim that failed before the mark was written. */
  unclaim(): void {
    if (this.isOurs) this.remove();
    else removeEmptyFolders(dirname(this.path));
  }

  /** Where the supervisor's program of this hash is. */
  program(sha256: string): string {
    return join(this.path, "supervisor", `${sha256.slice(0, 12)}.mjs`);
  }

  writeProgram(given: Inputs["supervisor"]): void {
    const file = this.program(given.sha256);
    const { program: bytes } = readBundle(given);
    if (existsSync(file) && readFileSync(file).equals(bytes)) return;
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeAtomically(file, bytes);
  }

  /** Writes a version's folder, whole or not at all; whether it wasn't there yet. */
  writeVersion(version: string, given: Inputs): boolean {
    const folder = join(this.path, "versions", version);
    const { program, beside } = readBundle(given.bundle);
    const files = new Map<string, Uint8Array>([
      ...beside,
      [bundleName, program],
      [configurationName, Buffer.from(given.configuration)],
      ...Object.entries(given.files).map(([name, content]) => [name, Buffer.from(content)] as const),
    ]);
    if ([...files].every(([name, content]) => holds(join(folder, name), content))) return false;
    const scratch = join(this.path, "versions", `.${version}.new`);
    const damaged = join(this.path, "versions", `.${version}.old`);
    try {
      rmSync(scratch, { recursive: true, force: true });
      rmSync(damaged, { recursive: true, force: true });
      for (const [name, content] of files) {
        mkdirSync(dirname(join(scratch, name)), { recursive: true, mode: 0o700 });
        writeDurably(join(scratch, name), content);
      }
      for (const name of files.keys()) syncFolder(dirname(join(scratch, name)));
      if (existsSync(folder)) renameSync(folder, damaged);
      renameSync(scratch, folder);
      syncFolder(dirname(folder));
    } finally {
      rmSync(scratch, { recursive: true, force: true });
      rmSync(damaged, { recursive: true, force: true });
    }
    return true;
  }

  removeVersion(version: string): void {
    rmSync(join(this.path, "versions", version), { recursive: true, force: true });
  }

  /** Removes the versions and the supervisors that are none of these. */
  prune(versions: ReadonlySet<string>, supervisorSha256: string): void {
    for (const version of entries(join(this.path, "versions"))) if (!versions.has(version)) this.removeVersion(version);
    const program = this.program(supervisorSha256);
    for (const entry of entries(dirname(program))) {
      const file = join(dirname(program), entry);
      if (file !== program) rmSync(file, { force: true });
    }
  }

  /** The text of `service.json`. */
  get serviceText(): string | undefined {
    const file = join(this.path, "service.json");
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  }

  set serviceText(text: string | undefined) {
    const file = join(this.path, "service.json");
    if (text === undefined) rmSync(file, { force: true });
    else writeAtomically(file, text);
  }
}

/** What the supervisor is told to run. */
export function describeService(version: string, given: Inputs): Service {
  const folder = join("versions", version);
  return {
    name: given.name,
    version,
    bundle: join(folder, bundleName),
    configuration: join(folder, configurationName),
    workers: given.workers,
    startMs: Math.ceil(given.startSeconds * 1000),
    drainMs: Math.ceil(given.drainSeconds * 1000),
    environment: given.environment,
    ...(given.environmentFile === undefined ? {} : { environmentFile: given.environmentFile }),
    secretVariables: given.secretVariables,
  };
}

interface BundleContent {
  readonly program: Uint8Array;
  readonly beside: ReadonlyMap<string, Uint8Array>;
}

function readBundle({ path, beside: names = [], sha256 }: Inputs["bundle"]): BundleContent {
  const read = (file: string): Uint8Array => {
    if (!existsSync(file)) throw new UserError(`the bundle ${file} is not there`);
    return readFileSync(file);
  };
  const program = read(path);
  const beside = new Map(names.map((name) => [name, read(join(dirname(path), name))]));
  if (bundleHash(program, beside) === sha256) return { program, beside };
  throw new UserError(`the bundle ${path} was changed while this ran; run it again`);
}

function holds(file: string, content: Uint8Array): boolean {
  return existsSync(file) && readFileSync(file).equals(content);
}

function entries(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
