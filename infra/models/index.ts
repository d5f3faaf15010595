/** Models of one's own: their servers, and what the router is told of them. */
export { type ModelConflict, modelConflicts, withModels } from "./backends.ts";
export { addressOf, type Models, ollamaServer, type TritonModel, tritonServer } from "./models.ts";
export { Ollama, type OllamaArgs } from "./ollama.ts";
export type { GpuPool, ModelResources } from "./placement.ts";
export { type PullOrder, pullOrders, pullScript } from "./pull.ts";
export { type ModelRepository, modelRepository, s3Place } from "./repository.ts";
export { type ModelScaling, type QueueScaling, scalingWithin } from "./scaling.ts";
export { Triton, type TritonArgs } from "./triton.ts";
export { loadOrders } from "./triton-settings.ts";
export { modelServers } from "./versions.ts";
