import { isIPv4, isIPv6 } from "node:net";
import { OctetString } from "@peculiar/asn1-schema";
import {
  AsnIpConverter,
  AttributeTypeAndValue,
  AttributeValue,
  GeneralName,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
} from "@peculiar/asn1-x509";
import { decode, encode, RawNames, sortedByEncoding } from "./structures.ts";

export interface Subject {
  readonly commonName?: string | undefined;
  readonly country?: string | undefined;
  readonly emailAddress?: string | undefined;
  readonly locality?: string | undefined;
  readonly organization?: string | undefined;
  readonly organizationalUnit?: string | undefined;
  readonly postalCode?: string | undefined;
  readonly province?: string | undefined;
  readonly serialNumber?: string | undefined;
  readonly streetAddresses?: readonly string[] | undefined;
}

/** PrintableString where the text allows it, else UTF8String (RFC 5280, 4.1.2.4). */
function directoryString(value: string): AttributeValue {
  const printable = /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(value);
  return new AttributeValue(printable ? { printableString: value } : { utf8String: value });
}

const ia5String = (value: string): AttributeValue => new AttributeValue({ ia5String: value });

/** In DER, in the official provider's order; several street addresses are one relative name. */
export function distinguishedName(subject: Subject): Buffer {
  const relative = (type: string, values: readonly (string | undefined)[], write = directoryString) => {
    const given = values.filter((value) => value !== undefined && value !== "");
    const attributes = given.map((value) => new AttributeTypeAndValue({ type, value: write(value ?? "") }));
    return given.length === 0 ? [] : [new RelativeDistinguishedName(sortedByEncoding(attributes))];
  };
  return encode(
    new Name([
      ...relative("2.5.4.6", [subject.country]),
      ...relative("2.5.4.10", [subject.organization]),
      ...relative("2.5.4.11", [subject.organizationalUnit]),
      ...relative("2.5.4.7", [subject.locality]),
      ...relative("2.5.4.8", [subject.province]),
      ...relative("2.5.4.9", subject.streetAddresses ?? []),
      ...relative("2.5.4.17", [subject.postalCode]),
      ...relative("2.5.4.3", [subject.commonName]),
      ...relative("2.5.4.5", [subject.serialNumber]),
      ...relative("1.2.840.113549.1.9.1", [subject.emailAddress], ia5String),
    ]),
  );
}

export const emptyName: Buffer = encode(new Name());

export interface AlternativeNames {
  readonly dnsNames?: readonly string[] | undefined;
  readonly ipAddresses?: readonly string[] | undefined;
  readonly uris?: readonly string[] | undefined;
}

/** GeneralNames in DER; `undefined` if there is none. */
export function alternativeNames(names: AlternativeNames): Buffer | undefined {
  const all = [
    ...(names.dnsNames ?? []).map((name) => new GeneralName({ dNSName: name })),
    ...(names.ipAddresses ?? []).map((address) => new GeneralName({ iPAddress: plainAddress(address) ?? "" })),
    ...(names.uris ?? []).map((uri) => new GeneralName({ uniformResourceIdentifier: uri })),
  ];
  return all.length === 0 ? undefined : encode(new SubjectAlternativeName(all));
}

/** The tags of the general names that the official provider takes over from a request: DNS name, URI, IP address. */
const takenOverTags: ReadonlySet<number | undefined> = new Set([0x82, 0x86, 0x87]);

/** Of these names those, in DER, that the official provider takes over from a request; `undefined` if there is none. */
export function takenOverNames(names: RawNames): Buffer | undefined {
  const kept = [...names].filter((name) => takenOverTags.has(new Uint8Array(name)[0]));
  return kept.length === 0 ? undefined : encode(new RawNames(kept));
}

/** The 4 or 16 bytes of an address; `undefined` if it is none. */
export function ipBytes(address: string): Buffer | undefined {
  const plain = plainAddress(address);
  if (plain === undefined) return undefined;
  return Buffer.from(decode(encode(AsnIpConverter.toASN(plain)), OctetString).buffer);
}

/** IPv6 as URLs write it: without the IPv4 part of `::ffff:192.0.2.1`, which the library misreads. */
function plainAddress(address: string): string | undefined {
  if (isIPv4(address)) return address;
  if (!isIPv6(address) || address.includes("%")) return undefined;
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}
