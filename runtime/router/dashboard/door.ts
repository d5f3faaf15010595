import type { FastifyReply, FastifyRequest } from "fastify";
import { hashKey } from "../../config/index.ts";
import type { Farewell } from "../../dashboard/protocol.ts";
import type { Caller, KeyRing } from "../authenticate.ts";
import { RouterError } from "../errors.ts";
import type { HybridRouter } from "../hybrid-router.ts";
import type { Log } from "../log.ts";
import { SessionCookie } from "./cookie.ts";
import { Guesses } from "./guesses.ts";
import { isOwnOrigin } from "./origin.ts";
import { Sessions } from "./sessions.ts";

export interface DoorParts {
  readonly router: HybridRouter;
  readonly log: Log;
}

/** What became of a try to sign in. */
export type SignIn = "signed_in" | "wrong_key" | "not_admin" | "too_many" | "foreign";

const hourMs = 3_600_000;

/** Who may see the dashboard: whoever has shown an admin key, for as long as that is one. */
export class Door {
  readonly #parts: DoorParts;
  readonly #cookie: SessionCookie;
  readonly #sessions: Sessions;
  readonly #guesses = new Guesses();

  constructor(parts: DoorParts) {
    this.#parts = parts;
    const { config, spending } = parts.router;
    this.#cookie = new SessionCookie(config.listen);
    this.#sessions = new Sessions({ redis: spending.redis, name: config.budgets.key });
  }

  get hasAdmin(): boolean {
    return this.#parts.router.access.ring.hasAdmin;
  }

  /** Undefined where nobody is signed in. */
  async caller({ headers }: FastifyRequest): Promise<Caller | undefined> {
    const session = await this.#sessions.find(this.#cookie.read(headers));
    return session && this.#admin(session.keyId, session.sha256);
  }

  /** @throws RouterError unauthorized */
  async admit(request: FastifyRequest): Promise<Caller> {
    const caller = await this.caller(request);
    if (!caller) throw new RouterError("unauthorized", "Nobody is signed in here: open /dashboard.");
    return caller;
  }

  /** Why a page that was let in may look no longer. */
  async turnedAway({ headers }: FastifyRequest, keyId: string): Promise<Farewell | undefined> {
    const session = await this.#sessions.find(this.#cookie.read(headers));
    if (!session) return "signed_out";
    return this.#admin(session.keyId, session.sha256)?.keyId === keyId ? undefined : "key_revoked";
  }

  async signIn(request: FastifyRequest, reply: FastifyReply, key: string): Promise<SignIn> {
    const { ip, headers } = request;
    const { log, router } = this.#parts;
    if (!isOwnOrigin(headers)) return "foreign";
    const wait = await this.#guesses.waitFor(ip);
    if (wait > 0) {
      reply.header("retry-after", String(wait));
      return "too_many";
    }
    const caller = callerOf(router.access.ring, key);
    if (caller?.role !== "admin") {
      await this.#guesses.wrong(ip);
      log.warn({ address: ip, ...(caller ? { key_id: caller.keyId } : {}) }, "dashboard: sign-in refused");
      return caller ? "not_admin" : "wrong_key";
    }
    await this.#sessions.end(this.#cookie.read(headers));
    const lifeMs = router.config.dashboard.sessionHours * hourMs;
    const id = await this.#sessions.begin({ keyId: caller.keyId, sha256: hashKey(key) }, lifeMs);
    reply.header("set-cookie", this.#cookie.set(id, lifeMs));
    log.info({ address: ip, key_id: caller.keyId, tenant: caller.tenant }, "dashboard: signed in");
    return "signed_in";
  }

  async signOut({ headers }: FastifyRequest, reply: FastifyReply): Promise<boolean> {
    if (!isOwnOrigin(headers)) return false;
    await this.#sessions.end(this.#cookie.read(headers));
    reply.header("set-cookie", this.#cookie.cleared);
    return true;
  }

  #admin(keyId: string, sha256: string): Caller | undefined {
    const caller = this.#parts.router.access.ring.find(keyId, sha256);
    return caller?.role === "admin" ? caller : undefined;
  }
}

function callerOf(keys: KeyRing, key: string): Caller | undefined {
  try {
    return keys.authenticate({ authorization: `Bearer ${key}` });
  } catch (error) {
    if (error instanceof RouterError && error.code === "unauthorized") return undefined;
    throw error;
  }
}
