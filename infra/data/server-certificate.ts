import type { CertificateSpec, IssuerReference } from "../workload/index.ts";

/** A store's own certificate, for 90 days; renewed in its last third. */
export const serverCertificate = (issuer: IssuerReference, secretName: string, names: string[]): CertificateSpec => ({
  secretName,
  issuerRef: { group: "cert-manager.io", ...issuer },
  dnsNames: names,
  duration: "2160h",
  renewBefore: "720h",
  usages: ["digital signature", "server auth", "client auth"],
  privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
});
