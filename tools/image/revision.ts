import { projectDirectory, which } from "../engine/index.ts";
import { run } from "../parts/run.ts";

/** What an image says that it was made from. */
export interface Revision {
  /** The commit, with `-dirty` where files differ from it; undefined outside of a clone. */
  readonly commit?: string | undefined;
  /** The commit's time, or SOURCE_DATE_EPOCH: an image of the same commit has the same. ISO 8601. */
  readonly created: string;
}

/** https://reproducible-builds.org/docs/source-date-epoch/ */
export async function findRevision(environment: NodeJS.ProcessEnv = process.env): Promise<Revision> {
  const commit = await git("describe", "--always", "--abbrev=40", "--exclude=*", "--dirty");
  const seconds = environment.SOURCE_DATE_EPOCH || (await git("show", "--no-patch", "--format=%ct", "HEAD")) || "0";
  return { commit, created: new Date(Number(seconds) * 1000).toISOString().replace(".000Z", "Z") };
}

async function git(...args: readonly string[]): Promise<string | undefined> {
  if (!which("git")) return undefined;
  try {
    return await run("git", args, { directory: projectDirectory });
  } catch {
    return undefined;
  }
}
