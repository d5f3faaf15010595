export { Karpenter, type KarpenterArgs } from "./karpenter.ts";
export { type Capacity, type GeneralPool, type GpuPool, gpuTaint, poolLabel } from "./pools.ts";
