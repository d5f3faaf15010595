import { createPublicKey, type KeyObject, randomBytes, verify, X509Certificate } from "node:crypto";
import * as der from "./der.ts";
import { hashOf, keyIdentifier, type PrivateKey, publicKeyInfo, signatureAlgorithm, signed } from "./keys.ts";
import { type AlternativeNames, alternativeNames, distinguishedName, type Subject, takenOverTags } from "./names.ts";
import { fromPem, toPem } from "./pem.ts";
import { extendedKeyUsage, keyUsage } from "./uses.ts";

const extensionIds = {
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  alternativeNames: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
} as const;
const extensionRequest = "1.2.840.113549.1.9.14";
const requestLabels = ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"];

export interface CertificateWanted {
  /** In DER. */
  readonly subject: Buffer;
  /** GeneralNames in DER. */
  readonly alternativeNames: Buffer | undefined;
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Buffer;
  readonly uses: readonly string[];
  readonly isCa: boolean;
  readonly maxPathLength?: number | undefined;
  readonly withSubjectKeyId: boolean;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export interface Issuer {
  readonly key: PrivateKey;
  /** In DER, as the certificate of the issuer has it. */
  readonly name: Buffer;
  readonly keyId: Buffer | undefined;
}

export interface IssuedCertificate {
  readonly pem: string;
  /** In decimal. */
  readonly serialNumber: string;
}

/** The subject key identifier that a certificate as wanted will have. */
export function subjectKeyId(
  wanted: Pick<CertificateWanted, "isCa" | "withSubjectKeyId" | "publicKey">,
): Buffer | undefined {
  return wanted.isCa || wanted.withSubjectKeyId ? keyIdentifier(wanted.publicKey) : undefined;
}

/** Issues an X.509 v3 certificate (RFC 5280). Extensions come in the order in which Go's library writes them. */
export function issue(wanted: CertificateWanted, issuer: Issuer): IssuedCertificate {
  const serialNumber = randomSerialNumber();
  const keyId = subjectKeyId(wanted);
  const emptySubject = wanted.subject.equals(der.sequence());
  const extensions = [
    extension(extensionIds.keyUsage, true, keyUsage(wanted.uses)),
    extension(extensionIds.extendedKeyUsage, false, extendedKeyUsage(wanted.uses)),
    extension(extensionIds.basicConstraints, true, basicConstraints(wanted)),
    extension(extensionIds.subjectKeyIdentifier, false, keyId && der.octetString(keyId)),
    extension(extensionIds.authorityKeyIdentifier, false, issuer.keyId && der.sequence(der.implicit(0, issuer.keyId))),
    extension(extensionIds.alternativeNames, emptySubject, wanted.alternativeNames),
  ];
  const content = der.sequence(
    der.wrapped(0, der.integer(2)),
    der.integer(serialNumber),
    signatureAlgorithm(issuer.key),
    issuer.name,
    der.sequence(der.time(wanted.notBefore), der.time(wanted.notAfter)),
    wanted.subject,
    wanted.publicKey,
    der.wrapped(3, der.sequence(...extensions)),
  );
  return { pem: toPem("CERTIFICATE", signed(content, issuer.key)), serialNumber: serialNumber.toString() };
}

function randomSerialNumber(): bigint {
  const number = BigInt(`0x${randomBytes(16).toString("hex")}`);
  return number === 0n ? 1n : number;
}

function basicConstraints({ isCa, maxPathLength }: CertificateWanted): Buffer {
  if (!isCa) return der.sequence();
  const limited = maxPathLength !== undefined && maxPathLength >= 0;
  return der.sequence(der.boolean(true), ...(limited ? [der.integer(maxPathLength)] : []));
}

function extension(id: string, critical: boolean, value: Buffer | undefined): Buffer {
  if (value === undefined) return Buffer.alloc(0);
  return der.sequence(der.oid(id), ...(critical ? [der.boolean(true)] : []), der.octetString(value));
}

/** A PKCS#10 request (RFC 2986). */
export function request(
  subject: Subject,
  names: AlternativeNames,
  key: PrivateKey,
): { readonly pem: string; readonly der: Buffer } {
  const alternatives = alternativeNames(names);
  const attributes =
    alternatives === undefined
      ? []
      : [
          der.sequence(
            der.oid(extensionRequest),
            der.set(der.sequence(extension(extensionIds.alternativeNames, false, alternatives))),
          ),
        ];
  const content = der.sequence(
    der.integer(0),
    distinguishedName(subject),
    publicKeyInfo(key),
    der.wrapped(0, ...attributes),
  );
  const whole = signed(content, key);
  return { pem: toPem("CERTIFICATE REQUEST", whole), der: whole };
}

/** The message is fit to be shown. */
export class CertificateError extends Error {
  override readonly name: string = "CertificateError";
}

export type ParsedRequest = Pick<CertificateWanted, "subject" | "alternativeNames" | "publicKey">;

/** Reads a request and verifies that whoever made it has the key. */
export function parseRequest(pem: string): ParsedRequest {
  const block = fromPem(pem);
  if (block === undefined) throw new CertificateError("is no PEM block; a certificate request is expected");
  if (!requestLabels.includes(block.label)) {
    throw new CertificateError(`is a PEM block "${block.label}"; "CERTIFICATE REQUEST" is expected`);
  }
  try {
    const [content, algorithm, signature] = der.decodeSequence(block.der);
    const [, subject, publicKey, attributes] = der.decodeSequence(content?.whole ?? Buffer.alloc(0));
    if (!content || !algorithm || !signature || !subject || !publicKey) throw new der.DerError("cut short");
    const hash = hashOf(algorithm.whole);
    if (hash === undefined) throw new CertificateError("is signed with an algorithm that is too old or not known");
    const key = createPublicKey({ key: publicKey.whole, format: "der", type: "spki" });
    if (!verify(hash, content.whole, key, signature.content.subarray(1))) {
      throw new CertificateError("has a signature that doesn't belong to its key");
    }
    return {
      subject: subject.whole,
      publicKey: publicKey.whole,
      alternativeNames: attributes === undefined ? undefined : requestedNames(attributes.content),
    };
  } catch (error) {
    if (error instanceof CertificateError) throw error;
    throw new CertificateError("can't be read as a certificate request; is it cut?");
  }
}

/** The names among the attributes of a request; of other extensions it asks in vain, as of the official provider. */
function requestedNames(attributes: Buffer): Buffer | undefined {
  for (const attribute of der.decodeAll(attributes)) {
    const [type, values] = der.decodeSequence(attribute.whole);
    if (!type?.whole.equals(der.oid(extensionRequest)) || values === undefined) continue;
    const names = findExtension(der.decode(values.content).content, extensionIds.alternativeNames);
    const kept = names && der.decodeSequence(names).filter(({ tag }) => takenOverTags.has(tag));
    if (kept !== undefined && kept.length > 0) return der.sequence(...kept.map(({ whole }) => whole));
  }
  return undefined;
}

function findExtension(extensions: Buffer, id: string): Buffer | undefined {
  for (const { whole } of der.decodeAll(extensions)) {
    const parts = der.decodeSequence(whole);
    if (parts[0]?.whole.equals(der.oid(id))) return parts.at(-1)?.content;
  }
  return undefined;
}

export interface Authority {
  readonly certificate: X509Certificate;
  readonly name: Buffer;
  readonly keyId: Buffer | undefined;
}

export function parseAuthority(pem: string): Authority {
  const block = fromPem(pem);
  if (block === undefined) throw new CertificateError("is no PEM block; a certificate is expected");
  if (block.label !== "CERTIFICATE") {
    throw new CertificateError(`is a PEM block "${block.label}"; "CERTIFICATE" is expected`);
  }
  try {
    const certificate = new X509Certificate(block.der);
    const [content] = der.decodeSequence(certificate.raw);
    const fields = der.decodeSequence(content?.whole ?? Buffer.alloc(0));
    // A certificate of version 1 has neither the version field nor extensions.
    const first = fields[0]?.tag === 0xa0 ? 1 : 0;
    const subject = fields[first + 4];
    if (subject === undefined) throw new der.DerError("cut short");
    const extensions = fields.find(({ tag }) => tag === 0xa3);
    const keyId =
      extensions && findExtension(der.decode(extensions.content).content, extensionIds.subjectKeyIdentifier);
    return { certificate, name: subject.whole, keyId: keyId && der.decode(keyId).content };
  } catch {
    throw new CertificateError("can't be read as a certificate; is it cut?");
  }
}

export function belongsTo(key: KeyObject, authority: Authority): boolean {
  return authority.certificate.checkPrivateKey(key);
}
