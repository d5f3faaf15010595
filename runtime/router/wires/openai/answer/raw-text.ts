const firstBytes = 512;
/** Below this a loop is faster than a call into native code. */
const shortBytes = 24;

/** The inside of a JSON string that grows; nothing in it is decoded. */
export class RawText {
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  append(part: Buffer): void {
    const start = this.#length;
    const end = start + part.length;
    if (end > this.#bytes.length) this.#grow(end);
    const bytes = this.#bytes;
    if (part.length > shortBytes) bytes.set(part, start);
    else for (let at = 0; at < part.length; at++) bytes[start + at] = part[at] as number;
    this.#length = end;
  }

  read(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #grow(needed: number): void {
    const grown = Buffer.allocUnsafe(Math.max(firstBytes, needed, this.#bytes.length * 2));
    grown.set(this.read());
    this.#bytes = grown;
  }
}
