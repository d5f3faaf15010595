import { type KeyObject, randomBytes, X509Certificate } from "node:crypto";
import { OctetString } from "@peculiar/asn1-schema";
import * as x509 from "@peculiar/asn1-x509";
import { CertificateError, derOf } from "./certificate-error.ts";
import type { PrivateKey } from "./keys.ts";
import { emptyName } from "./names.ts";
import { toPem } from "./pem.ts";
import { keyIdentifier, sign, signatureAlgorithm } from "./signing.ts";
import { Certificate, decode, encode, extensionOf, TbsCertificate } from "./structures.ts";
import { extendedKeyUsage, keyUsage } from "./uses.ts";

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
  const algorithm = signatureAlgorithm(issuer.key);
  const tbsCertificate = encode(
    new TbsCertificate({
      version: x509.Version.v3,
      serialNumber,
      signature: algorithm,
      issuer: issuer.name,
      validity: new x509.Validity({ notBefore: wanted.notBefore, notAfter: wanted.notAfter }),
      subject: wanted.subject,
      subjectPublicKeyInfo: wanted.publicKey,
      extensions: extensions(wanted, issuer),
    }),
  );
  const signatureValue = sign(tbsCertificate, issuer.key);
  const whole = new Certificate({ tbsCertificate, signatureAlgorithm: algorithm, signatureValue });
  return { pem: toPem("CERTIFICATE", encode(whole)), serialNumber: serialNumber.toString() };
}

function randomSerialNumber(): bigint {
  const number = BigInt(`0x${randomBytes(16).toString("hex")}`);
  return number === 0n ? 1n : number;
}

function extensions(wanted: CertificateWanted, issuer: Issuer): x509.Extensions {
  const keyId = subjectKeyId(wanted);
  const authorityKeyIdentifier =
    issuer.keyId && new x509.AuthorityKeyIdentifier({ keyIdentifier: new x509.KeyIdentifier(issuer.keyId) });
  const withoutSubject = wanted.subject.equals(emptyName);
  return new x509.Extensions([
    ...extension(x509.id_ce_keyUsage, true, keyUsage(wanted.uses)),
    ...extension(x509.id_ce_extKeyUsage, false, extendedKeyUsage(wanted.uses)),
    ...extension(x509.id_ce_basicConstraints, true, basicConstraints(wanted)),
    ...extension(x509.id_ce_subjectKeyIdentifier, false, keyId && new x509.SubjectKeyIdentifier(keyId)),
    ...extension(x509.id_ce_authorityKeyIdentifier, false, authorityKeyIdentifier),
    ...extension(x509.id_ce_subjectAltName, withoutSubject, wanted.alternativeNames),
  ]);
}

function basicConstraints({ isCa, maxPathLength = -1 }: CertificateWanted): x509.BasicConstraints {
  if (!isCa) return new x509.BasicConstraints();
  return new x509.BasicConstraints({ cA: true, ...(maxPathLength >= 0 && { pathLenConstraint: maxPathLength }) });
}

/** None for no value. A Buffer is a value in DER. */
function extension(extnID: string, critical: boolean, value: object | undefined): x509.Extension[] {
  if (value === undefined) return [];
  const extnValue = new OctetString(Buffer.isBuffer(value) ? value : encode(value));
  return [new x509.Extension({ extnID, critical, extnValue })];
}

export interface Authority {
  readonly certificate: X509Certificate;
  readonly name: Buffer;
  readonly keyId: Buffer | undefined;
}

export function parseAuthority(pem: string): Authority {
  const der = derOf(pem, ["CERTIFICATE"], "certificate");
  try {
    const certificate = new X509Certificate(der);
    const { subject, extensions } = decode(decode(certificate.raw, Certificate).tbsCertificate, TbsCertificate);
    const keyId = extensionOf(extensions, x509.id_ce_subjectKeyIdentifier, x509.SubjectKeyIdentifier);
    return { certificate, name: subject, keyId: keyId && Buffer.from(keyId.buffer) };
  } catch {
    throw new CertificateError("can't be read as a certificate; is it cut?");
  }
}

export function belongsTo(key: KeyObject, authority: Authority): boolean {
  return authority.certificate.checkPrivateKey(key);
}
