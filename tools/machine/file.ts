import { createHash } from "node:crypto";
import { chmodSync, lstatSync, readFileSync, rmSync } from "node:fs";
import { dirname, isAbsolute } from "node:path";
import { z } from "zod";
import { writeAtomically } from "../../runtime/supervisor/files.ts";
import {
  type PropertyChange,
  type PropertyMap,
  type ResourceType,
  reveal,
  UserError,
  unknown,
} from "../provider/index.ts";
import { explained } from "./failures.ts";
import { makeFolders, removeEmptyFolders } from "./folders.ts";

const inputs = z.strictObject({
  path: z.string().refine(isAbsolute, { error: ({ input }) => `"${String(input)}" is not an absolute path` }),
  content: z.string(),
  mode: z
    .string()
    .regex(/^0?[0-7]{3}$/, { error: ({ input }) => `"${String(input)}" is no file mode; 0600 is one` })
    .default("0600")
    .transform((mode) => mode.padStart(4, "0")),
});

type Inputs = z.infer<typeof inputs>;

interface State {
  readonly path: string;
  readonly mode: string;
  readonly sha256: string;
}

/** A file that is written whole, restored when it was changed, and never written over somebody else's. */
export const file: ResourceType<Inputs, State> = {
  inputs,
  replaceOn: ["path"],
  deleteBeforeReplace: true,
  secretOutputs: ["sha256"],
  planned: ({ path = unknown, mode = unknown, content }: PropertyMap) => {
    const text = reveal(content ?? unknown);
    return { path, mode, sha256: typeof text === "string" ? hash(text) : unknown };
  },
  diff({ newInputs, structural }) {
    return structural.changes.length > 0 ? structural : { ...structural, changes: driftOf(newInputs) };
  },
  async create(given) {
    const there = look(given.path);
    if (there !== undefined && there.sha256 !== hash(given.content)) {
      throw new UserError(
        `${given.path} is there already and holds something else; move it away, or choose another path`,
      );
    }
    return { id: given.path, state: write(given) };
  },
  async update(_id, given) {
    return write(given);
  },
  async read(id, state, _inputs, { importing, log }) {
    const path = state.path ?? id;
    if (importing)
      throw new UserError(`${path}: a file can't be imported; Pulumi takes it over if its content is equal`);
    const there = look(path);
    if (there === undefined) {
      log.warn(`${path} is gone; the next up writes it again`);
      return undefined;
    }
    if (there.sha256 !== state.sha256) log.warn(`${path} was changed since Pulumi wrote it; the next up restores it`);
    return { id, state: { path, mode: there.mode, sha256: there.sha256 } };
  },
  async delete(_id, { path }) {
    try {
      rmSync(path, { force: true });
    } catch (error) {
      throw explained(error, `${path} can't be removed`);
    }
    removeEmptyFolders(dirname(path));
  },
};

function write({ path, content, mode }: Inputs): State {
  const sha256 = hash(content);
  try {
    makeFolders(dirname(path));
    if (look(path)?.sha256 !== sha256) writeAtomically(path, content, Number.parseInt(mode, 8));
    else chmodSync(path, Number.parseInt(mode, 8));
  } catch (error) {
    removeEmptyFolders(dirname(path));
    throw explained(error, `${path} can't be written`);
  }
  return { path, mode, sha256 };
}

/** How the file differs from what is wanted: after a refresh the state holds what was seen, right or wrong. */
function driftOf({ path, mode, content }: PropertyMap): PropertyChange[] {
  const there = look(String(path));
  const change = (property: string): PropertyChange => ({
    path: property,
    kind: "update",
    replace: false,
    input: false,
  });
  if (there === undefined || there.sha256 !== hash(String(content))) return [change("sha256")];
  return there.mode === mode ? [] : [change("mode")];
}

interface Seen {
  readonly mode: string;
  /** Empty for what is no file. */
  readonly sha256: string;
}

function look(path: string): Seen | undefined {
  try {
    const status = lstatSync(path);
    const mode = (status.mode & 0o777).toString(8).padStart(4, "0");
    return { mode, sha256: status.isFile() ? hash(readFileSync(path)) : "" };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw explained(error, `${path} can't be read`);
  }
}

function hash(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
