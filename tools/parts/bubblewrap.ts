import { which } from "../engine/index.ts";
import { debianPart } from "./debian.ts";

/** The command that runs a program in namespaces of its own. */
export const bubblewrapPath = (): string | undefined => which("bwrap");

/** bubblewrap runs an image's files as a container would, without a daemon. Linux alone has it. */
export const bubblewrap = debianPart("bubblewrap", "bubblewrap", bubblewrapPath);
