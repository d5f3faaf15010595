export { type Intermediate, type IssuedCertificate, Pki, type PkiArgs } from "./pki.ts";
export type { LeafProfile, LeafSpec } from "./profiles.ts";
