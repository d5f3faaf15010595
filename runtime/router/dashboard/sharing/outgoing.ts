import type { LiveRequest, RouterName } from "../../../dashboard/protocol.ts";
import { encode, mostRequests } from "./message.ts";

/** So often something is said, though there is nothing to say: who hears nothing knows why. Milliseconds. */
const beatMs = 2_000;

/** What is still to be told of this router's requests: each as it is now, and no more than fit into one message. */
export class Outgoing {
  readonly #from: string;
  readonly #router: RouterName;
  readonly #changed = new Map<number, LiveRequest>();
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(from: string, router: RouterName) {
    this.#from = from;
    this.#router = router;
  }

  put(request: LiveRequest): void {
    this.#changed.delete(request.number);
    this.#changed.set(request.number, request);
    const [oldest] = this.#changed.keys();
    if (this.#changed.size > mostRequests && oldest !== undefined) this.#changed.delete(oldest);
  }

  /** Tells what has changed; what could not be told is told the next time, as far as there is room. */
  async tell(now: number, publish: (message: string) => Promise<unknown>): Promise<void> {
    if (this.#changed.size === 0 && now - this.#toldAt < beatMs) return;
    const requests = [...this.#changed.values()];
    this.#changed.clear();
    try {
      await publish(encode({ from: this.#from, router: this.#router, requests }));
      this.#toldAt = now;
    } catch {
      const newer = [...this.#changed.values()];
      this.#changed.clear();
      for (const request of [...requests, ...newer]) this.put(request);
    }
  }
}
