export { startBare } from "./bare.ts";
export { litellm } from "./litellm.ts";
export { ensurePeer, type Peer } from "./peer.ts";
export { createPortkey } from "./portkey.ts";
export { type RouterOptions, startRouter } from "./router.ts";
export { fakeBearer, fakeModel, type Place, type System } from "./system.ts";
