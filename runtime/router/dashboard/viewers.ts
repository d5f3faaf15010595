import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Farewell } from "../../dashboard/protocol.ts";
import type { Board } from "./board.ts";
import { Viewer } from "./viewer.ts";

export interface ViewersParts {
  readonly board: Board;
  /** The first one has come. */
  readonly first: () => void;
  /** The last one has gone. */
  readonly none: () => void;
}

/** What a viewer is asked again and again: why it may look no longer, if so. */
export type Check = () => Promise<Farewell | undefined>;

const beatMs = 10_000;
const checkMs = 1_000;
/** Who takes nothing for so long is gone. */
const mostStuckMs = 60_000;

/** All pages that are open on this router. */
export class Viewers {
  readonly #parts: ViewersParts;
  readonly #viewers = new Map<Viewer, Check>();
  readonly #epoch = randomBytes(6).toString("hex");
  readonly #timers: NodeJS.Timeout[];
  #over = false;

  constructor(parts: ViewersParts) {
    this.#parts = parts;
    this.#timers = [setInterval(() => this.#beat(), beatMs).unref(), setInterval(() => this.#check(), checkMs).unref()];
  }

  get size(): number {
    return this.#viewers.size;
  }

  /** @param raw its head is written */
  add(raw: ServerResponse, lastEventId: string | undefined, check: Check): void {
    if (this.#over) return void raw.end();
    if (this.#viewers.size === 0) this.#parts.first();
    const viewer = new Viewer(this.#parts.board, raw, this.#epoch, lastEventId);
    this.#viewers.set(viewer, check);
    raw.once("close", () => this.#gone(viewer));
    viewer.tell();
  }

  tell(): void {
    for (const viewer of this.#viewers.keys()) viewer.tell();
  }

  /** Each page looks for a router that goes on. */
  end(): void {
    this.#over = true;
    for (const timer of this.#timers) clearInterval(timer);
    for (const viewer of this.#viewers.keys()) viewer.leave();
  }

  #gone(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    if (this.#viewers.size === 0) this.#parts.none();
  }

  #beat(): void {
    for (const viewer of this.#viewers.keys()) {
      if (viewer.stuckMs > mostStuckMs) viewer.drop();
      else viewer.beat();
    }
  }

  #check(): void {
    for (const [viewer, check] of this.#viewers) {
      check().then(
        (why) => why && viewer.dismiss(why),
        () => {},
      );
    }
  }
}
