import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { Failure, type Progress, which } from "../../engine/index.ts";
import { keptPart } from "../kept.ts";
import type { Part } from "../part.ts";
import { run } from "../run.ts";
import { keptIn } from "./kept-in.ts";

/** The oldest Python for which the pinned versions are complete. */
const minor = 11;

/**
 * Packages from PyPI in a virtual environment of their own; its interpreter is `bin/python` in the part's folder.
 *
 * @param requirements a file that pins every package, those that others need among them
 */
export function pythonPackages(name: string, requirements: string): Part {
  const kept = () => keptIn("python", requirements);
  return keptPart(name, kept, (scratch, progress) => install(name, requirements, scratch, progress));
}

async function install(name: string, requirements: string, scratch: string, progress: Progress): Promise<string[]> {
  const python = which("python3");
  if (!python || !fits(python)) throw new Failure(`${name} need Python 3.${minor} or newer with venv, as python3.`);
  progress.step(`Installing ${name} from PyPI.`);
  await run(python, ["-m", "venv", scratch]);
  const options = ["--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--no-input", "--quiet"];
  const line = (text: string) => progress.update(text);
  await run(join(scratch, "bin", "python"), ["-m", "pip", "install", ...options, "-r", requirements], { line });
  return ["pyvenv.cfg"];
}

function fits(python: string): boolean {
  try {
    const check = `import ensurepip, sys, venv; sys.exit(sys.version_info < (3, ${minor}))`;
    execFileSync(python, ["-c", check], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
