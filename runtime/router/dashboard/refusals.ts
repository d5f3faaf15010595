import type { FastifyRequest } from "fastify";
import type { Refusal, RefusalsSection } from "../../dashboard/protocol.ts";

const kept = 20;

/** What sovereign mode has refused since the router began: counted whether or not somebody looks. */
export class Refusals {
  readonly #last: Refusal[] = [];
  #total = 0;

  add({ body, exchange: { caller } }: FastifyRequest): void {
    const asked = (body as { readonly model?: unknown } | null | undefined)?.model;
    this.#total++;
    this.#last.unshift({
      at: Date.now(),
      tenant: caller?.tenant ?? "",
      key: caller?.keyId ?? "",
      asked: typeof asked === "string" ? asked.slice(0, 200) : "",
    });
    if (this.#last.length > kept) this.#last.pop();
  }

  get told(): RefusalsSection {
    return { total: this.#total, last: [...this.#last] };
  }
}
