import { type Farewell, type LiveRequest, type SectionName, type Sections, sectionNames } from "../protocol.ts";
import type { Connection } from "./state.ts";

export interface FeedListener {
  section<Name extends SectionName>(name: Name, value: Sections[Name]): void;
  requests(told: readonly LiveRequest[]): void;
  /** Another router tells from now on, or the same one after a restart. */
  newSource(): void;
  connection(state: Connection): void;
}

/** Without a word for so long a connection is taken for lost; the router's heart beats every ten seconds. */
const silenceMs = 25_000;
const firstPauseMs = 1_000;
const longestPauseMs = 15_000;

/** The router's events, for as long as one is signed in: it comes back by itself after whatever cuts it off. */
export class Feed {
  readonly #listener: FeedListener;
  #source: EventSource | undefined;
  #silence: number | undefined;
  #last = "";
  #pauseMs = firstPauseMs;

  constructor(listener: FeedListener) {
    this.#listener = listener;
    this.#open();
    // A laptop that wakes up need not wait for its timers.
    addEventListener("online", () => this.#again());
  }

  #open(): void {
    const source = new EventSource(`/dashboard/events?last=${encodeURIComponent(this.#last)}`);
    this.#source = source;
    this.#heard();
    for (const name of sectionNames) {
      this.#on(source, name, (value: Sections[typeof name]) => this.#listener.section(name, value));
    }
    this.#on(source, "requests", (told: readonly LiveRequest[]) => this.#listener.requests(told));
    this.#on(source, "farewell", (why: Farewell) => this.#over(why));
    this.#on(source, "beat", () => {});
    source.addEventListener("open", () => {
      this.#pauseMs = firstPauseMs;
      this.#listener.connection({ kind: "live" });
    });
    source.addEventListener("error", () => this.#failed(source));
  }

  #on<Value>(source: EventSource, name: string, take: (value: Value) => void): void {
    source.addEventListener(name, ({ data, lastEventId }: MessageEvent<string>) => {
      this.#heard();
      if (lastEventId !== "") {
        // The first one names no other source.
        if (this.#last !== "" && epochOf(lastEventId) !== epochOf(this.#last)) this.#listener.newSource();
        this.#last = lastEventId;
      }
      take(JSON.parse(data) as Value);
    });
  }

  #heard(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#again(), silenceMs);
  }

  #failed(source: EventSource): void {
    if (source !== this.#source) return;
    this.#listener.connection({ kind: "lost", why: "The router can't be reached; trying again." });
    // Otherwise the browser tries again by itself.
    if (source.readyState === EventSource.CLOSED) void this.#refused();
  }

  /** An answer that was no stream: is one signed in still? */
  async #refused(): Promise<void> {
    this.#source?.close();
    try {
      const { status } = await fetch("/dashboard/session", { cache: "no-store" });
      if (status === 401) return this.#over("signed_out");
      if (status === 404) return this.#over("disabled");
      if (status === 204) {
        const why = "The router has as many dashboards open as it allows; trying again.";
        this.#listener.connection({ kind: "lost", why });
      }
    } catch {
      // It is away, as was told.
    }
    setTimeout(() => this.#again(), this.#pauseMs);
    this.#pauseMs = Math.min(longestPauseMs, this.#pauseMs * 2);
  }

  #again(): void {
    if (!this.#source) return;
    this.#source.close();
    this.#open();
  }

  #over(why: Farewell): void {
    clearTimeout(this.#silence);
    this.#source?.close();
    this.#source = undefined;
    this.#listener.connection({ kind: "over", why });
  }
}

const epochOf = (id: string): string => id.split("-", 1)[0] ?? "";
