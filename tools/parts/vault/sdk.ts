import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { pinnedModuleFolder } from "../go.ts";

const module = "github.com/hashicorp/vault/sdk";
const base = { module, version: "v0.21.0", sum: "h1:3gDqdKLhHY2ekmCEE9EeesoNpgsReq2bo/SpMqvBYdw=" };
const newer = { module, version: "v0.24.0", sum: "h1:4/8w/puVy751oHZlD2nVgDQPfqHy6gC61dU9QnMZZ0g=" };
const locks = join("helper", "keysutil", "lock_manager.go");
const backend = join("framework", "backend.go");
const answering = /(ActivationFunc func\(context\.Context, \*logical\.Request), string\) error/;

/**
 * Vault is released with an SDK of its own that its module leaves out and that no published version equals: it is 0.21.0,
 * but for a function that takes one argument less, and a file as 0.24.0 has it.
 */
export async function composeSdk(folder: string): Promise<void> {
  const from = await pinnedModuleFolder(base);
  // Go's cache is read-only, and a copy by the system would be too.
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (entry.isFile())
      put(join(folder, relative(from, entry.parentPath), entry.name), join(entry.parentPath, entry.name));
  }
  put(join(folder, locks), join(await pinnedModuleFolder(newer), locks));
  const text = readFileSync(join(folder, backend), "utf8");
  if (!answering.test(text)) throw new Error(`${module} ${base.version} has another ActivationFunc than expected`);
  writeFileSync(join(folder, backend), text.replace(answering, "$1) error"));
}

function put(file: string, source: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, readFileSync(source));
}
