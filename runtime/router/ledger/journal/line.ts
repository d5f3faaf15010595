import { crc32 } from "node:zlib";

export type LineKind = "begin" | "row";

export interface Line {
  readonly kind: LineKind;
  readonly json: string;
}

const letters = { begin: "b", row: "r" } as const satisfies Record<LineKind, string>;
/** `<crc32, 8 hexadecimal digits> <b or r> ` */
const headLength = 11;

/** One record of a journal, with its newline: its checksum, what it is, and JSON. */
export function encodeLine(kind: LineKind, json: string): string {
  const content = `${letters[kind]} ${json}`;
  return `${crc32(content).toString(16).padStart(8, "0")} ${content}\n`;
}

/** @param bytes without the newline; undefined where they are not what was written */
export function decodeLine(bytes: Buffer): Line | undefined {
  if (bytes.length <= headLength || bytes[8] !== 0x20 || bytes[10] !== 0x20) return undefined;
  const letter = bytes[9];
  const kind = letter === 0x62 ? "begin" : letter === 0x72 ? "row" : undefined;
  if (kind === undefined || Number.parseInt(bytes.toString("latin1", 0, 8), 16) !== crc32(bytes.subarray(9))) {
    return undefined;
  }
  return { kind, json: bytes.toString("utf8", headLength) };
}

/** The id of the attempt that a record is about: both kinds begin with it. */
export function attemptIdIn(json: string): string {
  return json.slice(15, 51);
}
