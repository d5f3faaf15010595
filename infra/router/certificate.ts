import type { CertificateSpec, IssuerReference } from "../workload/index.ts";
import { shared } from "./pod.ts";
import { versionName } from "./rollout.ts";

/** Every name under which the cluster finds the router, or one version of it. */
export const serviceNames = (namespace: string, versions: readonly string[]): string[] =>
  [shared.workload, ...versions.map(versionName)].flatMap((service) => [
    service,
    `${service}.${namespace}.svc`,
    `${service}.${namespace}.svc.cluster.local`,
  ]);

/** The router's own certificate, for both ends: it serves with it, and asks itself. Renewed in its last third. */
export const routerCertificate = (args: {
  readonly issuer: IssuerReference;
  readonly names: string[];
  readonly validityDays: number;
}): CertificateSpec => ({
  secretName: shared.certificateSecret,
  issuerRef: { group: "cert-manager.io", ...args.issuer },
  commonName: shared.workload,
  dnsNames: args.names,
  duration: `${args.validityDays * 24}h`,
  renewBefore: `${args.validityDays * 8}h`,
  usages: ["digital signature", "server auth", "client auth"],
  privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
});
