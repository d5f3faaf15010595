import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import * as openssh from "./openssh.ts";
import { fromPem } from "./pem.ts";

export const algorithms = ["RSA", "ECDSA", "ED25519"] as const;
export type Algorithm = (typeof algorithms)[number];

export const curves = ["P224", "P256", "P384", "P521"] as const;
export type Curve = (typeof curves)[number];

const curveNames: Readonly<Record<Curve, string>> = {
  P224: "secp224r1",
  P256: "prime256v1",
  P384: "secp384r1",
  P521: "secp521r1",
};

export interface PrivateKey {
  readonly key: KeyObject;
  readonly algorithm: Algorithm;
  /** With ECDSA. */
  readonly curve?: Curve;
}

export type KeyWanted =
  | { readonly algorithm: "RSA"; readonly rsaBits: number }
  | { readonly algorithm: "ECDSA"; readonly curve: Curve }
  | { readonly algorithm: "ED25519" };

const generate = promisify(generateKeyPair);

export async function generateKey(wanted: KeyWanted): Promise<PrivateKey> {
  switch (wanted.algorithm) {
    case "RSA":
      return { algorithm: "RSA", key: (await generate("rsa", { modulusLength: wanted.rsaBits })).privateKey };
    case "ECDSA": {
      const { privateKey } = await generate("ec", { namedCurve: curveNames[wanted.curve] });
      return { algorithm: "ECDSA", curve: wanted.curve, key: privateKey };
    }
    case "ED25519":
      return { algorithm: "ED25519", key: (await generate("ed25519", {})).privateKey };
  }
}

/** The message is fit to be shown, and says nothing of the key. */
export class KeyError extends Error {
  override readonly name: string = "KeyError";
}

const privateLabels = ["RSA PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY"];

/** Reads PKCS#1, SEC 1 and PKCS#8. */
export function parsePrivateKey(pem: string): PrivateKey {
  const block = fromPem(pem);
  if (block === undefined)
    throw new KeyError(`is no PEM block; a private key is expected (${privateLabels.join(", ")})`);
  if (!privateLabels.includes(block.label)) {
    throw new KeyError(`is a PEM block "${block.label}"; a private key is expected (${privateLabels.join(", ")})`);
  }
  let key: KeyObject;
  try {
    key = createPrivateKey(pem.slice(pem.indexOf(`-----BEGIN ${block.label}-----`)));
  } catch {
    throw new KeyError(
      `can't be read as a private key, though it is a PEM block "${block.label}"; is it cut or encrypted?`,
    );
  }
  return describe(key);
}

/** Reads the form of `ssh-keygen`, without a passphrase. */
export function parseOpensshPrivateKey(pem: string): PrivateKey {
  const block = fromPem(pem);
  if (block?.label !== "OPENSSH PRIVATE KEY") throw new KeyError('is no PEM block "OPENSSH PRIVATE KEY"');
  try {
    return describe(createPrivateKey({ format: "jwk", key: openssh.decodePrivateKey(block.der) }));
  } catch (error) {
    if (error instanceof openssh.OpensshError || error instanceof KeyError) throw new KeyError(error.message);
    throw new KeyError("can't be read as an OpenSSH private key; is it cut?");
  }
}

function describe(key: KeyObject): PrivateKey {
  switch (key.asymmetricKeyType) {
    case "rsa":
      return { key, algorithm: "RSA" };
    case "ed25519":
      return { key, algorithm: "ED25519" };
    case "ec": {
      const name = key.asymmetricKeyDetails?.namedCurve;
      const curve = curves.find((one) => curveNames[one] === name);
      if (curve === undefined) throw new KeyError(`is on the curve ${name ?? "?"}; allowed are ${curves.join(", ")}`);
      return { key, algorithm: "ECDSA", curve };
    }
    default:
      throw new KeyError(`is a key for ${key.asymmetricKeyType ?? "?"}; allowed are ${algorithms.join(", ")}`);
  }
}

export interface PublicKeyTexts {
  readonly publicKeyPem: string;
  /** This and the fingerprints are empty for P224, which SSH has no name for. */
  readonly publicKeyOpenssh: string;
  readonly publicKeyFingerprintMd5: string;
  readonly publicKeyFingerprintSha256: string;
}

export interface PrivateKeyTexts {
  /** PKCS#1 for RSA, SEC 1 for ECDSA, PKCS#8 for ED25519. */
  readonly privateKeyPem: string;
  readonly privateKeyPemPkcs8: string;
  readonly privateKeyOpenssh: string;
}

export function publicTexts({ key, curve }: PrivateKey): PublicKeyTexts {
  const publicKey = createPublicKey(key);
  const publicKeyPem = String(publicKey.export({ type: "spki", format: "pem" }));
  const blob = curve === "P224" ? undefined : openssh.encodePublicKey(publicKey.export({ format: "jwk" }));
  if (blob === undefined) {
    return { publicKeyPem, publicKeyOpenssh: "", publicKeyFingerprintMd5: "", publicKeyFingerprintSha256: "" };
  }
  const md5 = createHash("md5").update(blob.bytes).digest("hex");
  const sha256 = createHash("sha256").update(blob.bytes).digest("base64").replace(/=+$/, "");
  return {
    publicKeyPem,
    publicKeyOpenssh: `${blob.type} ${blob.bytes.toString("base64")}\n`,
    publicKeyFingerprintMd5: md5.match(/../g)?.join(":") ?? "",
    publicKeyFingerprintSha256: `SHA256:${sha256}`,
  };
}

export function privateTexts({ key, algorithm, curve }: PrivateKey): PrivateKeyTexts {
  const type = { RSA: "pkcs1", ECDSA: "sec1", ED25519: "pkcs8" } as const;
  return {
    privateKeyPem: String(key.export({ type: type[algorithm], format: "pem" })),
    privateKeyPemPkcs8: String(key.export({ type: "pkcs8", format: "pem" })),
    privateKeyOpenssh: curve === "P224" ? "" : (openssh.encodePrivateKey(key.export({ format: "jwk" })) ?? ""),
  };
}

/** The SubjectPublicKeyInfo of a private key, in DER. */
export function publicKeyInfo({ key }: PrivateKey): Buffer {
  return createPublicKey(key).export({ type: "spki", format: "der" });
}
