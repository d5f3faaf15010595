/** The room that recordings under way share. */
export class Room {
  #free: number;

  constructor(bytes: number) {
    this.#free = bytes;
  }

  take(bytes: number): boolean {
    if (bytes > this.#free) return false;
    this.#free -= bytes;
    return true;
  }

  give(bytes: number): void {
    this.#free += bytes;
  }
}

const firstBytes = 4_096;

/** Collects a stream as it is sent. One that gets too large, or finds no room, is forgotten and goes on being sent. */
export class Recording {
  readonly #limit: number;
  readonly #room: Room;
  #bytes: Buffer | undefined = Buffer.alloc(0);
  #length = 0;

  constructor(limit: number, room: Room) {
    this.#limit = limit;
    this.#room = room;
  }

  add(chunk: Buffer): void {
    const needed = this.#length + chunk.length;
    const bytes = this.#bytes && needed <= this.#limit ? this.#withRoomFor(this.#bytes, needed) : undefined;
    if (!bytes) {
      this.end();
      return;
    }
    chunk.copy(bytes, this.#length);
    this.#length = needed;
  }

  /** What was collected; undefined where it was forgotten. Nothing is collected any more. */
  end(): Buffer | undefined {
    const bytes = this.#bytes;
    this.#bytes = undefined;
    if (bytes) this.#room.give(bytes.length);
    return bytes?.subarray(0, this.#length);
  }

  #withRoomFor(bytes: Buffer, needed: number): Buffer | undefined {
    if (needed <= bytes.length) return bytes;
    const size = Math.min(this.#limit, Math.max(firstBytes, needed, bytes.length * 2));
    if (!this.#room.take(size - bytes.length)) return undefined;
    const grown = Buffer.allocUnsafeSlow(size);
    bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
    return grown;
  }
}
