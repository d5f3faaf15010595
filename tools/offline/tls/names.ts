import { isIPv4, isIPv6 } from "node:net";
import { encode, ia5, implicit, oid, sequence, set, tags, text } from "./der.ts";

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

/** A distinguished name in the official provider's order; several street addresses are one relative name. */
export function distinguishedName(subject: Subject): Buffer {
  const relative = (type: string, values: readonly (string | undefined)[], write = text): Buffer[] => {
    const given = values.filter((value) => value !== undefined && value !== "");
    return given.length === 0 ? [] : [set(...given.map((value) => sequence(oid(type), write(value ?? ""))))];
  };
  return sequence(
    ...relative("2.5.4.6", [subject.country]),
    ...relative("2.5.4.10", [subject.organization]),
    ...relative("2.5.4.11", [subject.organizationalUnit]),
    ...relative("2.5.4.7", [subject.locality]),
    ...relative("2.5.4.8", [subject.province]),
    ...relative("2.5.4.9", subject.streetAddresses ?? []),
    ...relative("2.5.4.17", [subject.postalCode]),
    ...relative("2.5.4.3", [subject.commonName]),
    ...relative("2.5.4.5", [subject.serialNumber]),
    ...relative("1.2.840.113549.1.9.1", [subject.emailAddress], ia5),
  );
}

export const emptyName: Buffer = encode(tags.sequence);

export interface AlternativeNames {
  readonly dnsNames?: readonly string[] | undefined;
  readonly ipAddresses?: readonly string[] | undefined;
  readonly uris?: readonly string[] | undefined;
}

const kinds = { dnsName: 2, uri: 6, ipAddress: 7 } as const;

/** The tags of the general names that the official provider takes over from a request. */
export const takenOverTags: ReadonlySet<number> = new Set(Object.values(kinds).map((kind) => 0x80 | kind));

/** GeneralNames in DER; `undefined` if there is none. */
export function alternativeNames(names: AlternativeNames): Buffer | undefined {
  const all = [
    ...(names.dnsNames ?? []).map((name) => implicit(kinds.dnsName, Buffer.from(name, "latin1"))),
    ...(names.ipAddresses ?? []).map((address) => implicit(kinds.ipAddress, ipBytes(address) ?? Buffer.alloc(0))),
    ...(names.uris ?? []).map((uri) => implicit(kinds.uri, Buffer.from(uri, "latin1"))),
  ];
  return all.length === 0 ? undefined : sequence(...all);
}

/** The 4 or 16 bytes of an address; `undefined` if it is none. */
export function ipBytes(address: string): Buffer | undefined {
  if (isIPv4(address)) return Buffer.from(address.split(".").map(Number));
  if (!isIPv6(address) || address.includes("%")) return undefined;
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  const v4 = dotted === null ? undefined : ipBytes(dotted[2] ?? "");
  const plain =
    v4 === undefined ? address : `${dotted?.[1]}${v4.readUInt16BE(0).toString(16)}:${v4.readUInt16BE(2).toString(16)}`;
  const groups = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const [head = "", tail] = plain.split("::");
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0);
  const bytes = Buffer.alloc(16);
  for (const [at, group] of [...before, ...zeros, ...after].entries()) bytes.writeUInt16BE(group, at * 2);
  return bytes;
}
