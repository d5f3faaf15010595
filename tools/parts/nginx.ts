import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { which } from "../engine/index.ts";
import { ensurePackages } from "./debian.ts";
import type { Part } from "./part.ts";

/** Beside what a person has on the path: Debian puts it where only root looks. */
const places = ["/usr/sbin/nginx", "/usr/local/sbin/nginx"];

/** The command that starts a server. */
export const nginxServer = (): string | undefined => which("nginx") ?? places.find((place) => existsSync(place));

/** nginx as the system has it; tests start servers of their own. */
export const nginx: Part = {
  name: "nginx",
  find() {
    const found = nginxServer();
    return found && dirname(found);
  },
  async ensure(progress) {
    await ensurePackages("nginx", [{ package: "nginx", present: () => nginxServer() !== undefined }], progress);
    return dirname(nginxServer() ?? "");
  },
};
