import { execFileSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, dirname, join } from "node:path";

/** The oldest Pulumi CLI that the program and the commands are known to work with. */
export const minimumVersion = "3.190.0";

export interface FoundEngine {
  readonly file: string;
  readonly version: string;
  /** Why it can't be used, if so. */
  readonly unfit?: string;
}

/** The `pulumi` that a shell would run, and whether it will do. */
export function findOnPath(environment: NodeJS.ProcessEnv = process.env): FoundEngine | undefined {
  const file = which("pulumi", environment);
  if (!file) return undefined;
  try {
    const text = execFileSync(file, ["version"], {
      encoding: "utf8",
      timeout: 20_000,
      env: { ...environment, PULUMI_SKIP_UPDATE_CHECK: "true" },
      stdio: ["ignore", "pipe", "ignore"],
    });
    const version = text.trim().replace(/^v/, "");
    if (compareVersions(version, minimumVersion) < 0) {
      return { file, version, unfit: `version ${version} is older than ${minimumVersion}` };
    }
    if (!which("pulumi-language-nodejs", { PATH: `${dirname(file)}${delimiter}${environment.PATH ?? ""}` })) {
      return { file, version, unfit: "its pulumi-language-nodejs is missing" };
    }
    return { file, version };
  } catch (error) {
    return { file, version: "unknown", unfit: `it does not run: ${(error as Error).message.split("\n")[0]}` };
  }
}

/** Below, equal or above zero as `a` is older than, equal to or newer than `b`; pre-release parts don't count. */
export function compareVersions(a: string, b: string): number {
  const parts = (version: string) => version.split(/[-+]/)[0]?.split(".").map(Number) ?? [];
  const [left, right] = [parts(a), parts(b)];
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] || 0) - (right[i] || 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

export function which(command: string, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  for (const directory of (environment.PATH ?? "").split(delimiter)) {
    if (!directory) continue;
    const file = join(directory, command);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // not here
    }
  }
  return undefined;
}
