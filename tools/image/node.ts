import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { extract } from "tar";
import { z } from "zod";
import { cacheDirectory, Failure, type Progress, projectDirectory } from "../engine/index.ts";
import { keep } from "../parts/kept.ts";
import { run } from "../parts/run.ts";
import type { ArchivedFile } from "./archive.ts";
import { digestOf, hexOf } from "./digest.ts";
import { nodePackages, type Platform } from "./platform.ts";

const Locked = z.object({ version: z.string(), integrity: z.templateLiteral(["sha512-", z.string()]) });
type Locked = z.infer<typeof Locked>;
const Lock = z.object({ packages: z.record(z.string(), z.unknown()) });
const Packed = z.tuple([z.object({ filename: z.string() })]);

const wanted = { binary: "bin/node", license: "LICENSE" } as const;

/** Where it is in an image: a shell's PATH has it, and so has a probe's. */
export const nodePath = "/usr/bin/node";

/** Node for a platform, from npm's package of the version and content that package-lock.json names. */
export async function nodeFiles(platform: Platform, progress: Progress): Promise<readonly ArchivedFile[]> {
  const name = nodePackages[platform];
  const locked = lockedPackage(name);
  const what = `${name} ${locked.version}`;
  const digest = hexOf(digestOf(locked.integrity)).slice(0, 12);
  const directory = join(cacheDirectory(), "image", "node", `${name}-${locked.version}-${digest}`);
  const kept = await keep(directory, what, progress, (scratch) => fetchPackage(name, locked, scratch, progress));
  return [
    { path: nodePath.slice(1), mode: 0o755, read: () => readFileSync(join(kept, wanted.binary)) },
    { path: "usr/share/doc/node/LICENSE", read: () => readFileSync(join(kept, wanted.license)) },
  ];
}

async function fetchPackage(
  name: string,
  { version, integrity }: Locked,
  scratch: string,
  progress: Progress,
): Promise<readonly string[]> {
  progress.step(`Fetching ${name} ${version} with npm.`);
  const packed = join(scratch, "packed");
  mkdirSync(packed);
  const options = ["--json", "--prefer-offline", "--loglevel=error", "--pack-destination", packed];
  const said = await run("npm", ["pack", `${name}@${version}`, ...options], { directory: scratch });
  const [{ filename }] = Packed.parse(JSON.parse(said));
  const archive = readFileSync(join(packed, filename));
  if (`sha512-${createHash("sha512").update(archive).digest("base64")}` !== integrity) {
    throw new Failure(`${name} ${version} isn't what package-lock.json names: another content came under its name.`);
  }
  const files = Object.values(wanted);
  await extract(
    { file: join(packed, filename), cwd: scratch, strip: 1 },
    files.map((file) => `package/${file}`),
  );
  rmSync(packed, { recursive: true });
  return files;
}

function lockedPackage(name: string): Locked {
  const lock = Lock.parse(JSON.parse(readFileSync(join(projectDirectory, "package-lock.json"), "utf8")));
  return Locked.parse(lock.packages[`node_modules/${name}`]);
}
