import { basename, join } from "node:path";
import { buildGoProgram, type GoProgram, goProgramFolder } from "./go.ts";
import { keptPart } from "./kept.ts";
import type { ProgramPart } from "./part.ts";

/** What a part that is a Go program is built from. */
export interface GoPartSource extends Omit<GoProgram, "environment"> {
  readonly version: string;
  /** The program's path in the part's folder. */
  readonly file: string;
  /** For one that needs more than its module; {@link buildGoProgram} by default. */
  readonly build?: typeof buildGoProgram;
}

/** A part that is one program, built from public Go modules. */
export function goPart({ version, file, build = buildGoProgram, ...source }: GoPartSource): ProgramPart {
  const program = (directory: string) => join(directory, file);
  const directory = () => goProgramFolder(basename(file), source.module, version);
  const part = keptPart(source.name, directory, async (scratch, progress) => {
    await build({ ...source, environment: { CGO_ENABLED: "0" } }, program(scratch), progress);
    return [file];
  });
  return { ...part, program };
}
