import type { BackendConfig } from "../../../config/index.ts";
import { TritonConfig } from "../../../config/triton.ts";

export type TritonModel = TritonConfig["models"][string];

/** How the router asks a model; one that the configuration doesn't name is asked by the schema's defaults. */
export function settingsOf({ triton }: BackendConfig, model: string): TritonModel {
  const named = triton && Object.hasOwn(triton.models, model) ? triton.models[model] : undefined;
  return named ?? defaults;
}

const defaults: TritonModel = TritonConfig.shape.models.unwrap().valueType.parse({});
