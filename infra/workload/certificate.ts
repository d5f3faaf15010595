import type { CustomObject, ObjectName } from "./custom-object.ts";

/** Who signs: a cert-manager issuer by its name. */
export interface IssuerReference {
  readonly name: string;
  readonly kind: "Issuer" | "ClusterIssuer";
  readonly group?: string;
}

/** https://cert-manager.io/docs/reference/api-docs/#cert-manager.io/v1.CertificateSpec */
export interface CertificateSpec {
  readonly secretName: string;
  readonly issuerRef: IssuerReference;
  readonly commonName?: string;
  readonly dnsNames: string[];
  /** Go durations, such as 2160h. */
  readonly duration: string;
  readonly renewBefore: string;
  readonly usages: ("digital signature" | "server auth" | "client auth")[];
  readonly privateKey: { algorithm: "ECDSA"; size: 256 | 384; rotationPolicy: "Always" };
}

/** What differs between the leaves of a region's workloads. */
export interface Leaf {
  readonly secretName: string;
  readonly issuer: IssuerReference;
  readonly commonName?: string;
  readonly dnsNames: string[];
  readonly usages: readonly ("server auth" | "client auth")[];
  /** @default 90 */
  readonly validityDays?: number | undefined;
}

/** A leaf: a new key with each renewal, which comes in its last third. */
export const leafSpec = ({ issuer, usages, validityDays = 90, ...named }: Leaf): CertificateSpec => ({
  ...named,
  issuerRef: { group: "cert-manager.io", ...issuer },
  duration: `${validityDays * 24}h`,
  renewBefore: `${validityDays * 8}h`,
  usages: ["digital signature", ...usages],
  privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
});

export type Certificate = CustomObject<"cert-manager.io/v1", "Certificate", CertificateSpec>;

export const certificate = (metadata: ObjectName, spec: CertificateSpec): Certificate => ({
  apiVersion: "cert-manager.io/v1",
  kind: "Certificate",
  metadata,
  spec,
});
