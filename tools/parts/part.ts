import type { Progress } from "../engine/index.ts";

/** A real server that tests run against, or a tool of a command: built or installed once for all of a person's clones. */
export interface Part {
  /** With its version, e.g. `Ollama 0.17.4`. */
  readonly name: string;
  /** The folder that holds it, if it is there and whole. */
  find(): string | undefined;
  /**
   * Makes sure that it is there.
   *
   * @throws Failure where this machine can't have it; it says why and what to do
   */
  ensure(progress: Progress): Promise<string>;
}

/** A part that is one program. */
export interface ProgramPart extends Part {
  /** Its file. @param directory the part's folder */
  readonly program: (directory: string) => string;
}
