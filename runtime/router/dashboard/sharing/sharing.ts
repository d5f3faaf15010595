import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { RouterConfig } from "../../../config/index.ts";
import type { LiveRequest, RouterName, SharingSection } from "../../../dashboard/protocol.ts";
import { connectAgain, type RedisClient } from "../../money/index.ts";
import { Rounds } from "../rounds.ts";
import { Incoming } from "./incoming.ts";
import { Outgoing } from "./outgoing.ts";

/** This router's own requests: see LiveRequests. */
export interface OwnRequests {
  readonly watchedHere: boolean;
  watchedElsewhere: boolean;
  number(): number;
  look(): void;
  forget(): void;
}

export interface SharingParts {
  readonly redis: RedisClient;
  readonly config: () => RouterConfig;
  readonly live: OwnRequests;
  /** Shows a request of another router. */
  readonly show: (request: LiveRequest) => void;
}

/** How often it is asked whether a page is open at any router, and what is new is told; milliseconds. */
const every = { ask: 1_000, tell: 500 } as const;
/** So long a page that is open counts as such, after its router has said so last; milliseconds. */
const openMs = 5_000;

/**
 * Requests of all routers of a stack on each one's dashboard, through Redis: while a page is open anywhere each router
 * publishes what is new of its own, twice a second at most and never as part of a request. Nothing waits in a queue: what
 * Redis does not take now is told as it is then, and the oldest is left out.
 */
export class Sharing {
  readonly #parts: SharingParts;
  readonly #self = randomBytes(6).toString("hex");
  readonly #router: RouterName;
  readonly #outgoing: Outgoing;
  readonly #channel: string;
  readonly #beacon: string;
  readonly #asking = new Rounds();
  #telling: Rounds | undefined;
  #openUntil = Number.NEGATIVE_INFINITY;
  #incoming: Incoming | undefined;
  #listener: RedisClient | undefined;

  constructor(parts: SharingParts) {
    this.#parts = parts;
    const { name, region, budgets } = parts.config();
    this.#router = { name, ...(region === undefined ? {} : { region }), process: `${hostname()}/${process.pid}` };
    this.#outgoing = new Outgoing(this.#self, this.#router);
    this.#channel = `{${budgets.key}}:dashboard:requests`;
    this.#beacon = `{${budgets.key}}:dashboard:open`;
    this.#asking.every(every.ask, () => this.#ask());
  }

  /** What this router calls itself. */
  get router(): RouterName {
    return this.#router;
  }

  put(request: LiveRequest): void {
    if (this.#telling) this.#outgoing.put(request);
  }

  /** A page is open here: from now on the others are heard. */
  start(): void {
    this.stop();
    this.#incoming = new Incoming(this.#self, () => this.#parts.live.number(), performance.now());
    const listener = connectAgain(this.#parts.redis);
    this.#listener = listener;
    // Whether anything is heard is seen by that, and by nothing else.
    listener.on("error", () => {});
    listener.on("ready", () => this.#subscribe());
    listener.on("message", (_channel: string, message: string) => this.#hear(message));
    void this.#ask().catch(() => {});
  }

  stop(): void {
    this.#incoming = undefined;
    this.#listener?.disconnect();
    this.#listener = undefined;
  }

  /** For the page; undefined where nobody looks here. */
  section(): SharingSection | undefined {
    if (!this.#incoming) return undefined;
    const now = performance.now();
    for (const request of this.#incoming.lost(now)) this.#parts.show(request);
    const others = this.#incoming.others(now);
    return others === undefined ? { state: "lost" } : { state: "shared", others };
  }

  #subscribe(): void {
    if (this.#listener?.status === "ready") this.#listener.subscribe(this.#channel).catch(() => {});
  }

  #hear(message: string): void {
    for (const request of this.#incoming?.take(message, performance.now()) ?? []) this.#parts.show(request);
  }

  async #ask(): Promise<void> {
    const { redis } = this.#parts;
    if (redis.status === "end") return this.#end();
    try {
      if (await this.#isOpen(redis)) this.#openUntil = performance.now() + openMs;
    } finally {
      const open = performance.now() < this.#openUntil;
      this.#parts.live.watchedElsewhere = open;
      if (open) this.#begin();
      else this.#silence();
      // Its subscription may have been lost where its connection was not.
      if (this.#incoming?.others(performance.now()) === undefined) this.#subscribe();
    }
  }

  async #isOpen(redis: RedisClient): Promise<boolean> {
    if (!this.#parts.config().dashboard.enabled) return false;
    if (!this.#incoming) return (await redis.get(this.#beacon)) !== null;
    await redis.set(this.#beacon, this.#self, "PX", openMs);
    return true;
  }

  #begin(): void {
    if (this.#telling) return;
    this.#telling = new Rounds();
    const { redis, live } = this.#parts;
    this.#telling.every(every.tell, () => {
      // Where a page is open here it looks itself, and more often.
      if (!live.watchedHere) live.look();
      return this.#outgoing.tell(performance.now(), (message) => redis.publish(this.#channel, message));
    });
  }

  #silence(): void {
    this.#telling?.stop();
    this.#telling = undefined;
    this.#parts.live.forget();
  }

  #end(): void {
    this.#asking.stop();
    this.#silence();
    this.stop();
  }
}
