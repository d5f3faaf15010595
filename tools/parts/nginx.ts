import { existsSync } from "node:fs";
import { which } from "../engine/index.ts";
import { debianPart } from "./debian.ts";

/** Beside what a person has on the path: Debian puts it where only root looks. */
const places = ["/usr/sbin/nginx", "/usr/local/sbin/nginx"];

/** The command that starts a server. */
export const nginxServer = (): string | undefined => which("nginx") ?? places.find((place) => existsSync(place));

/** nginx as the system has it; tests start servers of their own. */
export const nginx = debianPart("nginx", "nginx", nginxServer);
