import { createPublicKey } from "node:crypto";
import { Attributes } from "@peculiar/asn1-csr";
import { OctetString } from "@peculiar/asn1-schema";
import { Attribute, Extension, Extensions, id_ce_subjectAltName } from "@peculiar/asn1-x509";
import { CertificateError, derOf } from "./certificate-error.ts";
import type { CertificateWanted } from "./certificates.ts";
import { type PrivateKey, publicKeyInfo } from "./keys.ts";
import { type AlternativeNames, alternativeNames, distinguishedName, type Subject, takenOverNames } from "./names.ts";
import { toPem } from "./pem.ts";
import { isSignedBy, sign, signatureAlgorithm } from "./signing.ts";
import { decode, encode, extensionOf, RawNames, Request, RequestInfo } from "./structures.ts";

/** RFC 2985, 5.4.2. */
const extensionRequest = "1.2.840.113549.1.9.14";

export interface MadeRequest {
  readonly pem: string;
  readonly der: Buffer;
}

/** A PKCS#10 request (RFC 2986). */
export function request(subject: Subject, names: AlternativeNames, key: PrivateKey): MadeRequest {
  const certificationRequestInfo = encode(
    new RequestInfo({
      subject: distinguishedName(subject),
      subjectPKInfo: publicKeyInfo(key),
      attributes: requesting(alternativeNames(names)),
    }),
  );
  const whole = new Request({
    certificationRequestInfo,
    signatureAlgorithm: signatureAlgorithm(key),
    signature: sign(certificationRequestInfo, key),
  });
  const der = encode(whole);
  return { pem: toPem("CERTIFICATE REQUEST", der), der };
}

/** The attributes that ask for these names, which are in DER. */
function requesting(names: Buffer | undefined): Attributes {
  if (names === undefined) return new Attributes();
  const wanted = new Extensions([new Extension({ extnID: id_ce_subjectAltName, extnValue: new OctetString(names) })]);
  return new Attributes([new Attribute({ type: extensionRequest, values: [Uint8Array.from(encode(wanted)).buffer] })]);
}

export type ParsedRequest = Pick<CertificateWanted, "subject" | "alternativeNames" | "publicKey">;

/** Reads a request and verifies that whoever made it has the key. */
export function parseRequest(pem: string): ParsedRequest {
  const der = derOf(pem, ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"], "certificate request");
  try {
    const whole = decode(der, Request);
    const content = decode(whole.certificationRequestInfo, RequestInfo);
    const key = createPublicKey({ key: content.subjectPKInfo, format: "der", type: "spki" });
    const genuine = isSignedBy(key, whole.certificationRequestInfo, whole);
    if (genuine === undefined) {
      throw new CertificateError("is signed with an algorithm that is too old or not known");
    }
    if (!genuine) throw new CertificateError("has a signature that doesn't belong to its key");
    return {
      subject: content.subject,
      publicKey: content.subjectPKInfo,
      alternativeNames: requestedNames(content.attributes),
    };
  } catch (error) {
    if (error instanceof CertificateError) throw error;
    throw new CertificateError("can't be read as a certificate request; is it cut?");
  }
}

/** The names among the attributes of a request; of other extensions it asks in vain, as of the official provider. */
function requestedNames(attributes: Attributes): Buffer | undefined {
  for (const { type, values } of attributes) {
    const [value] = values;
    if (type !== extensionRequest || value === undefined) continue;
    const names = extensionOf(decode(value, Extensions), id_ce_subjectAltName, RawNames);
    const kept = names && takenOverNames(names);
    if (kept !== undefined) return kept;
  }
  return undefined;
}
