import * as csr from "@peculiar/asn1-csr";
import {
  AsnArray,
  AsnConvert,
  AsnIntegerBigIntConverter,
  AsnParser,
  AsnProp,
  AsnPropTypes,
  AsnTypeTypes,
  AsnType as asnType,
  type IAsnConverter,
} from "@peculiar/asn1-schema";
import * as x509 from "@peculiar/asn1-x509";
import { type AsnType, fromBER, RawData, type ViewWriter } from "asn1js";

/*
 * The structures of @peculiar/asn1-x509 and asn1-csr, with fields retyped that are copied from one structure into
 * another byte for byte (names, public keys, what is signed): read and written again by the library they could change,
 * because it writes lengths anew. Not @peculiar/x509: it signs by WebCrypto, which has no P-224, the official
 * provider's default curve. Loading all this takes about 80 ms, so only the modules of certificates and requests
 * import it, and provider.ts loads those when the first of them is asked for.
 */

interface FieldType<T> {
  readonly type: AsnPropTypes;
  readonly converter: IAsnConverter<T>;
}

/** Needed because what asn1js (3.1.0) calls RawData writes nothing when it is inside of another element. */
class Verbatim extends RawData {
  override toBER(_sizeOnly?: boolean, writer?: ViewWriter): ArrayBuffer {
    const bytes = super.toBER();
    writer?.write(bytes);
    return bytes;
  }
}

/** DER as it stands. */
const raw: FieldType<Buffer> = {
  type: AsnPropTypes.Any,
  converter: {
    fromASN: (value) => Buffer.from(value.valueBeforeDecodeView),
    // Whatever has toBER can be written; the type lists the library's own classes only.
    toASN: (value) => new Verbatim({ data: value }) as unknown as AsnType,
  },
};
const bigInteger: FieldType<bigint> = { type: AsnPropTypes.Integer, converter: AsnIntegerBigIntConverter };

type Retyped<T, Fields> = Omit<T, keyof Fields> & {
  [Name in keyof Fields]: Fields[Name] extends FieldType<infer Value> ? Value : never;
};

/** The library's structure with other types of some fields. By calls, because Node runs no decorators. */
function retyped<T extends object, Fields extends { readonly [Name in keyof T]?: FieldType<unknown> }>(
  base: new () => T,
  fields: Fields,
): new (
  values?: Partial<Retyped<T, Fields>>,
) => Retyped<T, Fields> {
  const derived = class extends (base as new (...values: unknown[]) => object) {};
  for (const [name, type] of Object.entries(fields)) AsnProp(type as FieldType<unknown>)(derived.prototype, name);
  return derived as new () => Retyped<T, Fields>;
}

export const TbsCertificate = retyped(x509.TBSCertificate, {
  serialNumber: bigInteger,
  issuer: raw,
  subject: raw,
  subjectPublicKeyInfo: raw,
});
export const Certificate = retyped(x509.Certificate, { tbsCertificate: raw });
export const RequestInfo = retyped(csr.CertificationRequestInfo, { subject: raw, subjectPKInfo: raw });
export const Request = retyped(csr.CertificationRequest, { certificationRequestInfo: raw });

/** GeneralNames, each in DER. */
export class RawNames extends AsnArray<ArrayBuffer> {}
asnType({ type: AsnTypeTypes.Sequence, itemType: AsnPropTypes.Any })(RawNames);

/** A structure in DER. */
export function encode(structure: object): Buffer {
  return Buffer.from(AsnConvert.serialize(structure));
}

/** Reads exactly one structure; throws if it is another, cut short, or followed by anything. */
export function decode<T>(bytes: ArrayBuffer | Uint8Array, type: new () => T): T {
  const { offset, result } = fromBER(bytes);
  if (offset !== bytes.byteLength) throw new Error(result.error || "one structure was expected, more follows");
  return AsnParser.fromASN(result, type);
}

/** The extension of that identifier, read as `type`; `undefined` if there is none. */
export function extensionOf<T>(extensions: x509.Extensions | undefined, id: string, type: new () => T): T | undefined {
  const found = extensions?.find(({ extnID }) => extnID === id);
  return found && decode(found.extnValue.buffer, type);
}

/** A SET OF in DER has its elements in the order of their encodings (X.690, 11.6), which the library leaves to us. */
export function sortedByEncoding<T extends object>(elements: readonly T[]): T[] {
  return elements.toSorted((a, b) => Buffer.compare(encode(a), encode(b)));
}
