import { type CertificateSpec, type IssuerReference, leafSpec } from "../workload/index.ts";

/** A store's own certificate, for 90 days; renewed in its last third. */
export const serverCertificate = (issuer: IssuerReference, secretName: string, names: string[]): CertificateSpec =>
  leafSpec({ secretName, issuer, dnsNames: names, usages: ["server auth", "client auth"] });
