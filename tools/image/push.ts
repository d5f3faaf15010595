import { spawn } from "node:child_process";
import { Failure, type Progress } from "../engine/index.ts";
import { run } from "../parts/run.ts";
import { type Digest, hexOf } from "./digest.ts";

/** A tag of its own for each image, because repositories rightly refuse to move one: the commit, and the digest. */
export function tagOf(digest: Digest, commit?: string): string {
  const short = hexOf(digest).slice(0, 12);
  return commit === undefined ? short : `${commit.slice(0, 12)}-${short}`;
}

/** Puts the image of a layout into a repository; one that is there already is left. @throws Failure where it can't */
export async function pushImage(
  crane: string,
  { layout, digest, target }: { readonly layout: string; readonly digest: Digest; readonly target: string },
  progress: Progress,
): Promise<void> {
  const line = (text: string) => progress.update(text.replace(/^\S+ \S+ /, ""));
  let pushed: string;
  try {
    pushed = await run(crane, ["push", layout, target], { line });
  } catch (error) {
    const host = target.split("/")[0] ?? target;
    throw new Failure(`${target} takes no image: ${(error as Error).message}`, [
      `log in: npm run -s image -- --login ${host} --user NAME, with the password on standard input`,
      "make the repository, if there is none: a stack in AWS does so in its first up",
    ]);
  }
  if (!pushed.endsWith(`@${digest}`)) throw new Failure(`${target} has taken ${pushed}, not ${digest}.`);
}

/** Keeps a registry's password where Docker would; it is read from standard input, and never an argument. */
export async function login(crane: string, registry: string, user: string): Promise<void> {
  if (process.stdin.isTTY) {
    throw new Failure("The password is read from standard input.", [
      `aws ecr get-login-password --region REGION | npm run -s image -- --login ${registry}`,
    ]);
  }
  const code = await new Promise<number>((resolve, reject) => {
    const child = spawn(crane, ["auth", "login", registry, "--username", user, "--password-stdin"], {
      stdio: ["inherit", "ignore", "inherit"],
    });
    child.on("error", reject);
    child.on("close", (exitCode) => resolve(exitCode ?? 1));
  });
  if (code !== 0) throw new Failure(`The password for ${registry} was not kept.`);
}
