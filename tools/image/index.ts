/** The router's image, made and pushed without Docker. */
export { unpackLayout } from "./carry.ts";
export type { Digest } from "./digest.ts";
export { type Job, jobOf } from "./job.ts";
export { archiveLayout } from "./layout.ts";
export { makeImage } from "./make.ts";
export { login, pushImage, tagOf } from "./push.ts";
export { findRevision } from "./revision.ts";
