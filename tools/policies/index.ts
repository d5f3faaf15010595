/** The policies of this checkout, as a preview takes them. */
export { ensurePacks, type Packs } from "./packs.ts";
