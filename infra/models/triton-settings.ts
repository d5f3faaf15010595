import { readFileSync } from "node:fs";
import { configHash, renderJson } from "../../runtime/config/index.ts";
import type { TritonModel } from "./models.ts";

/** The loader with what it loads. The name tells the content: a pod that comes back loads what it had. */
export interface TritonSettings {
  readonly name: string;
  readonly data: Record<string, string>;
}

export function settingsOf(models: readonly TritonModel[]): TritonSettings {
  const data = {
    "load_models.py": readFileSync(new URL("load_models.py", import.meta.url), "utf8"),
    "models.json": renderJson(loadOrders(models)),
  };
  return { name: `triton-models-${configHash(data)}`, data };
}

/** What the loader reads: in order of name, so that another order of the stack is no change. */
export const loadOrders = (models: readonly TritonModel[]) =>
  [...models]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, versions, maxQueueDelayMicroseconds = 0 }) => ({
      name,
      versions: versions.map(({ version }) => version).sort((a, b) => a - b),
      maxQueueDelayMicroseconds,
    }));
