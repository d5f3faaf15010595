import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { type LeafSpec, leafProfiles, validityHours } from "./profiles.ts";

/** A certificate with what it needs to be used; PEM throughout. */
export interface IssuedCertificate {
  /** The leaf, then its intermediate: what a server sends. */
  readonly chainPem: pulumi.Output<string>;
  /** PKCS#8, a secret. */
  readonly privateKeyPem: pulumi.Output<string>;
}

/** An authority that signs leaves: one per region, so that a region's loss does not touch the others. */
export interface Intermediate extends IssuedCertificate {
  readonly certificatePem: pulumi.Output<string>;
}

/** What the authority is made from. */
export interface PkiArgs {
  /** Named in every certificate's subject. */
  readonly organization: string;
  /** Regions that get an intermediate each; `local` for a machine. */
  readonly regions: readonly string[];
  /** Raise it to rotate all keys. @default 1 */
  readonly generation?: number;
  /** Keeps the previous generation's root trusted, so that old and new verify each other. @default true */
  readonly keepPrevious?: boolean;
  /** @default 10 */
  readonly rootValidityYears?: number;
  /** @default 3 */
  readonly intermediateValidityYears?: number;
  /** Leaves are renewed in the last third of it. @default 90 */
  readonly leafValidityDays?: number;
}

const typeToken = "hybrid-llm:pki:Pki";

/**
 * The private certificate authority: an RSA 4096 root that signs one ECDSA P-384 intermediate per region, which signs
 * the leaves. Each certificate has a key of its own; keys exist only as secrets in the state.
 *
 * Rotation is explicit: `generation` is part of every key's name, so raising it makes a whole new chain, while the trust
 * bundle holds the old and the new root until `keepPrevious` is set to false. Lowering it again brings back nothing.
 *
 * Cost: none.
 */
export class Pki extends pulumi.ComponentResource {
  /** The roots that are trusted, newest first, as one PEM bundle. */
  readonly trustBundlePem: pulumi.Output<string>;
  readonly rootCertificatePem: pulumi.Output<string>;
  /** The roots of the bundle one by one, newest first, for what takes a certificate each. */
  readonly rootCertificatesPem: readonly pulumi.Output<string>[];
  /** By region. */
  readonly intermediates: Readonly<Record<string, Intermediate>>;

  readonly #name: string;
  readonly #args: Required<PkiArgs>;

  constructor(name: string, args: PkiArgs, opts?: pulumi.ComponentResourceOptions) {
    super(typeToken, name, {}, opts);
    this.#name = name;
    this.#args = {
      generation: 1,
      keepPrevious: true,
      rootValidityYears: 10,
      intermediateValidityYears: 3,
      leafValidityDays: 90,
      ...args,
    };
    const { generation, keepPrevious, regions } = this.#args;
    const root = this.#createRoot(generation);
    const previous = keepPrevious && generation > 1 ? [this.#createRoot(generation - 1)] : [];

    this.rootCertificatePem = root.certificate.certPem;
    this.rootCertificatesPem = [root, ...previous].map(({ certificate }) => certificate.certPem);
    this.trustBundlePem = pulumi
      .all([...this.rootCertificatesPem])
      .apply((certificates) => certificates.map(withNewline).join(""));
    this.intermediates = Object.fromEntries(
      regions.map((region) => [region, this.#createIntermediate(region, root.key, root.certificate)]),
    );
    this.registerOutputs({
      rootCertificatePem: this.rootCertificatePem,
      trustBundlePem: this.trustBundlePem,
    });
  }

  /**
   * A leaf with a key of its own, signed by a region's intermediate, for what runs as a process. In clusters
   * cert-manager issues leaves from the same intermediate.
   */
  issue(region: string, spec: LeafSpec): IssuedCertificate {
    const intermediate = this.intermediates[region];
    if (!intermediate) {
      const known = Object.keys(this.intermediates).join(", ");
      throw new pulumi.ResourceError(`no intermediate for the region ${region}: there are ${known}`, this);
    }
    const { generation, organization, leafValidityDays } = this.#args;
    const child = `${this.#name}-${region}-${spec.name}-g${generation}`;
    const profile = leafProfiles[spec.profile];
    const key = new tls.PrivateKey(`${child}-key`, { algorithm: "ECDSA", ecdsaCurve: "P256" }, { parent: this });
    const request = new tls.CertRequest(
      `${child}-request`,
      {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName: spec.name, organization },
        dnsNames: [...(spec.dnsNames ?? [])],
        ipAddresses: [...(spec.ipAddresses ?? [])],
      },
      { parent: this },
    );
    const certificate = new tls.LocallySignedCert(
      `${child}-certificate`,
      {
        certRequestPem: request.certRequestPem,
        caPrivateKeyPem: intermediate.privateKeyPem,
        caCertPem: intermediate.certificatePem,
        allowedUses: [...profile.allowedUses],
        setSubjectKeyId: true,
        ...validityHours(leafValidityDays / 365),
      },
      { parent: this },
    );
    return {
      chainPem: pulumi
        .all([certificate.certPem, intermediate.certificatePem])
        .apply((certificates) => certificates.map(withNewline).join("")),
      privateKeyPem: key.privateKeyPemPkcs8,
    };
  }

  #createRoot(generation: number): { key: tls.PrivateKey; certificate: tls.SelfSignedCert } {
    const child = `${this.#name}-root-g${generation}`;
    const { organization, rootValidityYears } = this.#args;
    const key = new tls.PrivateKey(`${child}-key`, { algorithm: "RSA", rsaBits: 4096 }, { parent: this });
    const certificate = new tls.SelfSignedCert(
      `${child}-certificate`,
      {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName: `${organization} root ${generation}`, organization },
        isCaCertificate: true,
        setSubjectKeyId: true,
        allowedUses: ["cert_signing", "crl_signing", "digital_signature"],
        ...validityHours(rootValidityYears),
      },
      { parent: this },
    );
    return { key, certificate };
  }

  #createIntermediate(region: string, rootKey: tls.PrivateKey, root: tls.SelfSignedCert): Intermediate {
    const { generation, organization, intermediateValidityYears } = this.#args;
    const child = `${this.#name}-${region}-g${generation}`;
    const key = new tls.PrivateKey(`${child}-key`, { algorithm: "ECDSA", ecdsaCurve: "P384" }, { parent: this });
    const request = new tls.CertRequest(
      `${child}-request`,
      {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName: `${organization} ${region} ${generation}`, organization },
      },
      { parent: this },
    );
    const certificate = new tls.LocallySignedCert(
      `${child}-certificate`,
      {
        certRequestPem: request.certRequestPem,
        caPrivateKeyPem: rootKey.privateKeyPem,
        caCertPem: root.certPem,
        isCaCertificate: true,
        maxPathLength: 0,
        setSubjectKeyId: true,
        allowedUses: ["cert_signing", "crl_signing", "digital_signature"],
        ...validityHours(intermediateValidityYears),
      },
      { parent: this },
    );
    return {
      certificatePem: certificate.certPem,
      chainPem: certificate.certPem,
      privateKeyPem: key.privateKeyPemPkcs8,
    };
  }
}

function withNewline(pem: string): string {
  return pem.endsWith("\n") ? pem : `${pem}\n`;
}
