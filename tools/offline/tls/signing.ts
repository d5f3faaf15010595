import { createHash, type KeyObject, sign as signWith, verify } from "node:crypto";
import { AlgorithmIdentifier, SubjectPublicKeyInfo } from "@peculiar/asn1-x509";
import type { Curve, PrivateKey } from "./keys.ts";
import { decode } from "./structures.ts";

const identifiers = {
  rsaSha256: "1.2.840.113549.1.1.11",
  rsaSha384: "1.2.840.113549.1.1.12",
  rsaSha512: "1.2.840.113549.1.1.13",
  ecdsaSha256: "1.2.840.10045.4.3.2",
  ecdsaSha384: "1.2.840.10045.4.3.3",
  ecdsaSha512: "1.2.840.10045.4.3.4",
  ed25519: "1.3.101.112",
} as const;

/** The hash that goes with a signature algorithm; `null`: the algorithm has its own. */
const hashes: ReadonlyMap<string, string | null> = new Map([
  [identifiers.rsaSha256, "sha256"],
  [identifiers.rsaSha384, "sha384"],
  [identifiers.rsaSha512, "sha512"],
  [identifiers.ecdsaSha256, "sha256"],
  [identifiers.ecdsaSha384, "sha384"],
  [identifiers.ecdsaSha512, "sha512"],
  [identifiers.ed25519, null],
]);

/** The hash is as long as the curve, as the official provider chooses it. */
const ofCurve: Readonly<Record<Curve, string>> = {
  P224: identifiers.ecdsaSha256,
  P256: identifiers.ecdsaSha256,
  P384: identifiers.ecdsaSha384,
  P521: identifiers.ecdsaSha512,
};

/** The algorithm with which this key signs. */
export function signatureAlgorithm({ algorithm, curve }: PrivateKey): AlgorithmIdentifier {
  switch (algorithm) {
    case "RSA":
      // `null` is ASN.1's NULL: RSA has parameters, and they are nothing (RFC 4055, 5).
      return new AlgorithmIdentifier({ algorithm: identifiers.rsaSha256, parameters: null });
    case "ED25519":
      return new AlgorithmIdentifier({ algorithm: identifiers.ed25519 });
    case "ECDSA":
      return new AlgorithmIdentifier({ algorithm: ofCurve[curve ?? "P256"] });
  }
}

export function sign(content: Buffer, key: PrivateKey): ArrayBuffer {
  const hash = hashes.get(signatureAlgorithm(key).algorithm);
  return Uint8Array.from(signWith(hash, content, key.key)).buffer;
}

export interface Signature {
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: ArrayBuffer;
}

/** `undefined`: the algorithm is too old or not known. */
export function isSignedBy(
  key: KeyObject,
  content: Buffer,
  { signatureAlgorithm, signature }: Signature,
): boolean | undefined {
  const hash = hashes.get(signatureAlgorithm.algorithm);
  return hash === undefined ? undefined : verify(hash, content, key, new Uint8Array(signature));
}

/** Of a SubjectPublicKeyInfo in DER: RFC 5280, 4.2.1.2, method 1: SHA-1 of the public key's bits. */
export function keyIdentifier(info: Buffer): Buffer {
  const { subjectPublicKey } = decode(info, SubjectPublicKeyInfo);
  return createHash("sha1").update(new Uint8Array(subjectPublicKey)).digest();
}
