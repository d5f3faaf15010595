/**
 * The little of ASN.1 DER (X.690) that certificates and requests are made of.
 *
 * Why not a library: names, keys and extensions are copied byte for byte from one structure into another, P-224 (the
 * official provider's default curve) isn't known to WebCrypto and so not to @peculiar/x509, and loading that library
 * takes longer than all the rest of this plugin's start.
 */

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

export function encode(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const { length } = body;
  if (length < 0x80) return Buffer.concat([Uint8Array.of(tag, length), body]);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.concat([Uint8Array.of(tag, 0x80 | bytes.length, ...bytes), body]);
}

export const sequence = (...content: readonly Uint8Array[]): Buffer => encode(tags.sequence, ...content);
export const octetString = (content: Uint8Array): Buffer => encode(tags.octetString, content);

/** A SET OF: its elements in the order of their encodings. */
export function set(...content: readonly Uint8Array[]): Buffer {
  return encode(tags.set, ...content.toSorted((a, b) => Buffer.compare(a, b)));
}

/** A context-specific tag: constructed where it wraps an element, primitive where it replaces a string's tag. */
export const wrapped = (number: number, ...content: readonly Uint8Array[]): Buffer => encode(0xa0 | number, ...content);
export const implicit = (number: number, content: Uint8Array): Buffer => encode(0x80 | number, content);

export const boolean = (value: boolean): Buffer => encode(tags.boolean, Uint8Array.of(value ? 0xff : 0));
export const nothing: Buffer = encode(tags.null);

/** A non-negative integer. */
export function integer(value: bigint | number): Buffer {
  const hex = BigInt(value).toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  return encode(tags.integer, (bytes[0] ?? 0) >= 0x80 ? Uint8Array.of(0) : Uint8Array.of(), bytes);
}

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes: number[] = [];
  for (const arc of [first * 40 + second, ...rest]) {
    const groups = [arc % 128];
    for (let more = Math.floor(arc / 128); more > 0; more = Math.floor(more / 128)) groups.unshift((more % 128) | 0x80);
    bytes.push(...groups);
  }
  return encode(tags.oid, Uint8Array.from(bytes));
}

export const bitString = (content: Uint8Array): Buffer => encode(tags.bitString, Uint8Array.of(0), content);

/** A BIT STRING of named bits: bit 0 is the highest of the first byte, zeros at the end are left out. */
export function namedBits(bits: readonly number[]): Buffer {
  const highest = Math.max(-1, ...bits);
  const bytes = new Uint8Array(Math.floor(highest / 8) + 1);
  for (const bit of bits) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return encode(tags.bitString, Uint8Array.of(bytes.length * 8 - 1 - highest), bytes);
}

/** PrintableString where the text allows it, else UTF8String (RFC 5280, 4.1.2.4). */
export function text(value: string): Buffer {
  const printable = /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(value);
  return encode(printable ? tags.printableString : tags.utf8String, Buffer.from(value, "utf8"));
}

export const ia5 = (value: string): Buffer => encode(tags.ia5String, Buffer.from(value, "latin1"));

/** A time of whole seconds: UTCTime until 2049, then GeneralizedTime (RFC 5280, 4.1.2.5). */
export function time(date: Date): Buffer {
  const digits = date.toISOString().replaceAll(/[-:T]|\.\d+/g, "");
  return date.getUTCFullYear() < 2050
    ? encode(tags.utcTime, Buffer.from(digits.slice(2), "latin1"))
    : encode(tags.generalizedTime, Buffer.from(digits, "latin1"));
}

/** One element that was read. */
export interface Element {
  readonly tag: number;
  /** Without tag and length. */
  readonly content: Buffer;
  /** With them. */
  readonly whole: Buffer;
}

export class DerError extends Error {
  override readonly name: string = "DerError";
}

/** Reads exactly one element. */
export function decode(bytes: Buffer, tag?: number): Element {
  const [element, ...rest] = decodeAll(bytes);
  if (element === undefined || rest.length > 0) throw new DerError("one element was expected");
  if (tag !== undefined && element.tag !== tag) throw new DerError(`tag ${tag} was expected, ${element.tag} found`);
  return element;
}

/** Reads the elements that follow one another in `bytes`. */
export function decodeAll(bytes: Buffer): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at] ?? 0;
    let length = bytes[at + 1] ?? 0x80;
    let start = at + 2;
    if ((tag & 0x1f) === 0x1f || length === 0x80 || length > 0x84) throw new DerError("not DER");
    if (length > 0x80) {
      const size = length & 0x7f;
      if (start + size > bytes.length) throw new DerError("cut short");
      length = bytes.readUIntBE(start, size);
      start += size;
    }
    if (start + length > bytes.length) throw new DerError("cut short");
    elements.push({ tag, content: bytes.subarray(start, start + length), whole: bytes.subarray(at, start + length) });
    at = start + length;
  }
  return elements;
}

/** The elements inside a SEQUENCE. */
export function decodeSequence(bytes: Buffer): Element[] {
  return decodeAll(decode(bytes, tags.sequence).content);
}
