/** What scales models by their queue. */
export { Keda, type KedaArgs, type KedaDigests } from "./keda.ts";
