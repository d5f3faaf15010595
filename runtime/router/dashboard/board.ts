import type { LiveRequest, SectionName, Sections } from "../../dashboard/protocol.ts";

/** One event for viewers. */
export interface BoardEvent {
  readonly name: string;
  /** JSON. */
  readonly data: string;
}

export interface Change {
  readonly events: readonly BoardEvent[];
  /** Up to where they tell. */
  readonly at: number;
}

/** So many requests are shown, and told to whoever comes. */
export const shownRequests = 100;

/**
 * What there is to see now. A viewer is told what changed since it was told last, never what was in between: so nobody
 * needs a queue, however slow.
 */
export class Board {
  readonly #sections = new Map<SectionName, { readonly json: string; readonly at: number }>();
  /** In the order in which they changed. */
  readonly #requests = new Map<number, { readonly id: string; readonly json: string; readonly at: number }>();
  #at = 0;

  /** @returns whether it is something else than before */
  set<Name extends SectionName>(name: Name, value: Sections[Name]): boolean {
    const json = JSON.stringify(value);
    if (this.#sections.get(name)?.json === json) return false;
    this.#sections.set(name, { json, at: ++this.#at });
    return true;
  }

  put(request: LiveRequest): void {
    this.#requests.delete(request.number);
    this.#requests.set(request.number, { id: request.id, json: JSON.stringify(request), at: ++this.#at });
    if (this.#requests.size > shownRequests) this.#requests.delete(Math.min(...this.#requests.keys()));
  }

  /** Whether there is a request of this id, seen while somebody looked. */
  shows(id: string): boolean {
    for (const [number, request] of this.#requests) if (number > 0 && request.id === id) return true;
    return false;
  }

  get at(): number {
    return this.#at;
  }

  /** @param seen 0: nothing yet */
  since(seen: number): Change {
    const events: BoardEvent[] = [];
    for (const [name, { json, at }] of this.#sections) if (at > seen) events.push({ name, data: json });
    const requests: string[] = [];
    for (const { json, at } of this.#requests.values()) if (at > seen) requests.push(json);
    if (requests.length > 0) events.push({ name: "requests", data: `[${requests.join(",")}]` });
    return { events, at: this.#at };
  }
}
