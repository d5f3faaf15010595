import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { bundledSources, bundleRuntime } from "../../infra/machine/index.ts";
import { projectDirectory } from "../engine/index.ts";
import type { ArchivedFile } from "./archive.ts";
import { thirdPartyNotices } from "./notices.ts";

const entry = "router/main.ts";

/** Where the router's bundle is in an image. */
export const routerPath = "/app/router.mjs";

/** The bundled router, what it loads from beside it, and the licences of what is in it. */
export async function routerFiles(): Promise<readonly ArchivedFile[]> {
  const { path, beside = [] } = await bundleRuntime(entry);
  const folder = dirname(routerPath).slice(1);
  const files = beside.map((name) => join(dirname(path), name));
  const notices = Buffer.from(thirdPartyNotices(bundledSources(entry)));
  return [
    { path: routerPath.slice(1), read: () => readFileSync(path) },
    ...files.map((file) => ({ path: `${folder}/${basename(file)}`, read: () => readFileSync(file) })),
    { path: `${folder}/LICENSE`, read: () => readFileSync(join(projectDirectory, "LICENSE")) },
    { path: `${folder}/THIRD-PARTY-NOTICES`, read: () => notices },
  ];
}
