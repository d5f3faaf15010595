import type { IncomingHttpHeaders } from "node:http";
import type { RouterConfig } from "../../config/index.ts";

/** The session's cookie: no script reads it, no other site sends it, and where there is TLS no other host sets it. */
export class SessionCookie {
  readonly #name: string;
  readonly #attributes: string;

  constructor({ security }: RouterConfig["listen"]) {
    // In a mesh it is the gateway that browsers talk to.
    const secure = security.mode === "tls" || security.because === "mesh";
    this.#name = secure ? "__Host-hybrid-llm" : "hybrid-llm";
    this.#attributes = `Path=/; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}`;
  }

  read({ cookie }: IncomingHttpHeaders): string | undefined {
    for (const pair of cookie?.split(";") ?? []) {
      const [name, value] = pair.trim().split("=", 2);
      if (name === this.#name) return value;
    }
    return undefined;
  }

  set(id: string, lifeMs: number): string {
    return `${this.#name}=${id}; Max-Age=${Math.floor(lifeMs / 1_000)}; ${this.#attributes}`;
  }

  get cleared(): string {
    return `${this.#name}=; Max-Age=0; ${this.#attributes}`;
  }
}
