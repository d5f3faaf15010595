import { LRUCache } from "lru-cache";
import type { LiveRequest } from "../../../dashboard/protocol.ts";
import { decode, mostBytes } from "./message.ts";

/** A router that says nothing for so long is not heard any more, nor is a request that runs; milliseconds. */
const silenceMs = 10_000;
/** Its own words come back to a router that hears the others; milliseconds. */
const echoMs = 6_000;
/** Requests whose numbers are known. */
const mostKnown = 1_000;
const mostRouters = 1_000;
/** What is read in a second, of all routers together; the rest is dropped, so that reading costs no request its time. */
const mostBytesRead = 16 * mostBytes;

interface Known {
  readonly request: LiveRequest;
  readonly heardAt: number;
}

/** What the other routers tell of their requests, with numbers of this router's. */
export class Incoming {
  readonly #self: string;
  readonly #number: () => number;
  readonly #known = new LRUCache<string, Known>({ max: mostKnown });
  readonly #heard = new LRUCache<string, number>({ max: mostRouters });
  #echoAt: number;
  #second = 0;
  #read = 0;

  /** @param self as this router calls itself in its messages */
  constructor(self: string, number: () => number, now: number) {
    this.#self = self;
    this.#number = number;
    this.#echoAt = now;
  }

  /** The requests that a message tells of; none where it is this router's own, or no message. */
  take(message: string, now: number): LiveRequest[] {
    if (!this.#hasRoom(message.length, now)) return [];
    const told = decode(message);
    if (!told) return [];
    if (told.from === this.#self) {
      this.#echoAt = now;
      return [];
    }
    this.#heard.set(told.from, now);
    return told.requests.map((request) => {
      const name = `${told.from} ${request.number}`;
      const number = this.#known.get(name)?.request.number ?? this.#number();
      const shown = { ...request, number, router: told.router };
      this.#known.set(name, { request: shown, heardAt: now });
      return shown;
    });
  }

  /** Requests that ran when they were last heard of, which is long ago: their end was not heard, or their router's was. */
  lost(now: number): LiveRequest[] {
    const lost: LiveRequest[] = [];
    for (const [name, { request, heardAt }] of [...this.#known.entries()]) {
      if (request.ms !== undefined || now - heardAt < silenceMs) continue;
      const ended = { ...request, ms: Math.max(0, Date.now() - request.at), outcome: "unheard" };
      this.#known.set(name, { request: ended, heardAt });
      lost.push(ended);
    }
    return lost;
  }

  /** How many others are heard; undefined where not even this router hears itself. */
  others(now: number): number | undefined {
    if (now - this.#echoAt > echoMs) return undefined;
    return [...this.#heard.values()].filter((at) => now - at < silenceMs).length;
  }

  #hasRoom(bytes: number, now: number): boolean {
    const second = Math.floor(now / 1_000);
    if (second !== this.#second) this.#read = 0;
    this.#second = second;
    this.#read += bytes;
    return bytes <= mostBytes * 2 && this.#read <= mostBytesRead;
  }
}
