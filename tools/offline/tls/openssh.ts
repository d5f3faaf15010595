import { type JsonWebKey, randomBytes } from "node:crypto";
import { toPem } from "./pem.ts";

/** OpenSSH's forms of keys (RFC 4253, RFC 5656, RFC 8709; openssh PROTOCOL.key). */

export class OpensshError extends Error {
  override readonly name: string = "OpensshError";
}

const curves: ReadonlyMap<string, string> = new Map([
  ["P-256", "nistp256"],
  ["P-384", "nistp384"],
  ["P-521", "nistp521"],
]);

const magic = Buffer.from("openssh-key-v1\0", "latin1");
const blockSize = 8;

function field(content: Uint8Array | string): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A positive number: no zeros in front but the one that keeps it positive. */
function mpint(content: Uint8Array): Buffer {
  let bytes = Buffer.from(content);
  while (bytes[0] === 0) bytes = bytes.subarray(1);
  return field((bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Uint8Array.of(0), bytes]) : bytes);
}

const part = (text: string | undefined): Buffer => Buffer.from(text ?? "", "base64url");

interface PublicKey {
  readonly type: string;
  readonly bytes: Buffer;
}

/** `undefined`: SSH has no name for this kind of key. */
export function encodePublicKey(key: JsonWebKey): PublicKey | undefined {
  if (key.kty === "RSA")
    return { type: "ssh-rsa", bytes: Buffer.concat([field("ssh-rsa"), mpint(part(key.e)), mpint(part(key.n))]) };
  if (key.kty === "OKP" && key.crv === "Ed25519") {
    return { type: "ssh-ed25519", bytes: Buffer.concat([field("ssh-ed25519"), field(part(key.x))]) };
  }
  const curve = curves.get(key.crv ?? "");
  if (key.kty !== "EC" || curve === undefined) return undefined;
  const type = `ecdsa-sha2-${curve}`;
  return { type, bytes: Buffer.concat([field(type), field(curve), field(point(key))]) };
}

function point(key: JsonWebKey): Buffer {
  return Buffer.concat([Uint8Array.of(4), part(key.x), part(key.y)]);
}

/** The PEM block of a private key without a passphrase; `undefined` as above. */
export function encodePrivateKey(key: JsonWebKey): string | undefined {
  const publicKey = encodePublicKey(key);
  if (publicKey === undefined) return undefined;
  const check = randomBytes(4);
  const secrets = Buffer.concat([check, check, field(publicKey.type), privateFields(key), field("")]);
  const padding = Uint8Array.from({ length: -secrets.length & (blockSize - 1) }, (_, at) => at + 1);
  const one = Uint8Array.of(0, 0, 0, 1);
  const none = [field("none"), field("none"), field(""), one];
  return toPem(
    "OPENSSH PRIVATE KEY",
    Buffer.concat([magic, ...none, field(publicKey.bytes), field(Buffer.concat([secrets, padding]))]),
  );
}

function privateFields(key: JsonWebKey): Buffer {
  if (key.kty === "RSA")
    return Buffer.concat([key.n, key.e, key.d, key.qi, key.p, key.q].map((number) => mpint(part(number))));
  if (key.kty === "OKP") return Buffer.concat([field(part(key.x)), field(Buffer.concat([part(key.d), part(key.x)]))]);
  return Buffer.concat([field(curves.get(key.crv ?? "") ?? ""), field(point(key)), mpint(part(key.d))]);
}

class Reader {
  #rest: Buffer;
  constructor(bytes: Buffer) {
    this.#rest = bytes;
  }
  bytes(length: number): Buffer {
    if (length > this.#rest.length) throw new OpensshError("is cut short");
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return taken;
  }
  field(): Buffer {
    return this.bytes(this.bytes(4).readUInt32BE());
  }
  text(): string {
    return this.field().toString("latin1");
  }
}

export function decodePrivateKey(der: Buffer): JsonWebKey {
  const file = new Reader(der);
  if (!file.bytes(magic.length).equals(magic)) throw new OpensshError("is no OpenSSH private key");
  const cipher = file.text();
  if (cipher !== "none") throw new OpensshError("is encrypted; a key without a passphrase is expected");
  file.field();
  file.field();
  if (file.bytes(4).readUInt32BE() !== 1) throw new OpensshError("holds more than one key");
  file.field();
  const secrets = new Reader(file.field());
  if (!secrets.bytes(4).equals(secrets.bytes(4))) throw new OpensshError("is damaged");
  const type = secrets.text();
  if (type === "ssh-rsa") return rsaKey(secrets);
  if (type === "ssh-ed25519") {
    const x = secrets.field();
    return { kty: "OKP", crv: "Ed25519", x: url(x), d: url(secrets.field().subarray(0, 32)) };
  }
  const name = [...curves].find(([, curve]) => type === `ecdsa-sha2-${curve}`)?.[0];
  if (name === undefined) throw new OpensshError(`is a key of the type ${type}; allowed are RSA, ECDSA and ED25519`);
  secrets.field();
  const q = secrets.field();
  const size = (q.length - 1) / 2;
  const d = stripped(secrets.field());
  const padded = Buffer.concat([Buffer.alloc(Math.max(0, size - d.length)), d]);
  return { kty: "EC", crv: name, x: url(q.subarray(1, 1 + size)), y: url(q.subarray(1 + size)), d: url(padded) };
}

function rsaKey(fields: Reader): JsonWebKey {
  const [n, e, d, qi, p, q] = Array.from({ length: 6 }, () => stripped(fields.field()));
  if (n === undefined || e === undefined || d === undefined || qi === undefined || p === undefined || q === undefined) {
    throw new OpensshError("is cut short");
  }
  const modulo = (prime: Buffer): Buffer => {
    const hex = (toNumber(d) % (toNumber(prime) - 1n)).toString(16);
    return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  };
  return {
    kty: "RSA",
    n: url(n),
    e: url(e),
    d: url(d),
    p: url(p),
    q: url(q),
    dp: url(modulo(p)),
    dq: url(modulo(q)),
    qi: url(qi),
  };
}

const url = (bytes: Buffer): string => bytes.toString("base64url");
const toNumber = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString("hex") || "0"}`);

function stripped(bytes: Buffer): Buffer {
  let rest = bytes;
  while (rest[0] === 0) rest = rest.subarray(1);
  return rest;
}
