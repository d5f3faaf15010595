import type { ServerResponse } from "node:http";
import type { Farewell } from "../../dashboard/protocol.ts";
import type { Board } from "./board.ts";

/** One page that is open: told what changed as fast as it takes it. */
export class Viewer {
  readonly #board: Board;
  readonly #raw: ServerResponse;
  /** Of the board's life: what a page has seen of another one is worth nothing. */
  readonly #epoch: string;
  #seen: number;
  #full = false;
  #fullSince = 0;

  /** @param lastEventId of the page's stream before this one */
  constructor(board: Board, raw: ServerResponse, epoch: string, lastEventId: string | undefined) {
    this.#board = board;
    this.#raw = raw;
    this.#epoch = epoch;
    const [of, seen] = lastEventId?.split("-") ?? [];
    const told = of === epoch ? Number(seen) : 0;
    this.#seen = Number.isInteger(told) && told <= board.at ? told : 0;
    raw.on("drain", () => {
      this.#full = false;
      this.tell();
    });
  }

  /** For how long it has taken nothing; milliseconds. */
  get stuckMs(): number {
    return this.#full ? performance.now() - this.#fullSince : 0;
  }

  tell(): void {
    if (this.#full) return;
    const { events, at } = this.#board.since(this.#seen);
    if (events.length === 0) return;
    this.#seen = at;
    const [last] = events.slice(-1);
    const id = `id: ${this.#epoch}-${at}\n`;
    // The id says that everything before it was told: it stands on the last one.
    this.#write(
      events.map((event) => `${event === last ? id : ""}event: ${event.name}\ndata: ${event.data}\n\n`).join(""),
    );
  }

  /** A proxy closes what is silent, and a page takes silence for a lost connection. */
  beat(): void {
    if (!this.#full) this.#write("event: beat\ndata: 0\n\n");
  }

  /** For good: the page does not come back by itself. */
  dismiss(why: Farewell): void {
    this.#raw.end(`event: farewell\ndata: ${JSON.stringify(why)}\n\n`);
  }

  /** The page comes back, to this router or to the one that takes its place. */
  leave(): void {
    this.#raw.end();
  }

  drop(): void {
    this.#raw.destroy();
  }

  #write(text: string): void {
    if (this.#raw.writableEnded || this.#raw.destroyed) return;
    this.#full = !this.#raw.write(text);
    if (this.#full) this.#fullSince = performance.now();
  }
}
