import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { hashKey, keyIdOf, keyRefusals, type RouterConfig, shownKey } from "../config/index.ts";
import type { AccessState } from "./access/index.ts";
import { RouterError } from "./errors.ts";

/** Who makes a request. */
export interface Caller {
  readonly keyId: string;
  readonly tenant: string;
  readonly role: "client" | "admin";
  /** Its tenant's requests stay on backends of our own. */
  readonly sovereign?: true;
}

interface Entry {
  caller: Caller;
  readonly hash: Buffer;
  /** From then on it is refused; milliseconds since 1970. 0: it is refused now. */
  until: number;
  why: string;
  /** Milliseconds since 1970; 0 where it was not used since this router knows of it. */
  usedAt: number;
}

/** What an unknown id is compared with, so that it takes as long as a known one. */
const nobody = Buffer.alloc(32);

/** More keys than this are not in use at the same time. */
const maxRemembered = 10_000;

type Overlay = Pick<AccessState, "keys" | "tenants">;
const nothing: Overlay = { keys: new Map(), tenants: new Map() };

/** The keys that may call, by id; only their hashes are known here. */
export class KeyRing {
  readonly #entries = new Map<string, Entry>();
  /** Whose a key is, so that it need not be hashed again for each request of a client. */
  readonly #remembered = new Map<string, Entry>();
  readonly #configured: ReadonlyMap<string, RouterConfig["keys"][number]>;
  readonly #overlay: Overlay;
  readonly #complete: () => boolean;

  /**
   * @param overlay keys beside those of the configuration, and what is forbidden of both
   * @param complete whether all keys are known; else one that isn't is no reason to refuse for good
   */
  constructor(keys: RouterConfig["keys"], overlay: Overlay = nothing, complete: () => boolean = () => true) {
    this.#configured = new Map(keys.map((key) => [key.id, key]));
    this.#overlay = overlay;
    this.#complete = complete;
    for (const id of [...this.#configured.keys(), ...overlay.keys.keys()]) this.update(id);
  }

  /** Whose session this is, where the key that began it is still the one of its id and is not refused by now. */
  find(id: string, sha256: string): Caller | undefined {
    const entry = this.#entries.get(id);
    const holds = entry && entry.until > Date.now() && entry.hash.toString("hex") === sha256;
    return holds ? entry.caller : undefined;
  }

  /** Whether there is a key that may see everything. */
  get hasAdmin(): boolean {
    return [...this.#entries.values()].some(({ caller }) => caller.role === "admin");
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /**
   * @param headers `authorization: Bearer <key>` as OpenAI's clients send it, or `x-api-key` as Anthropic's do
   * @throws RouterError unauthorized, or unavailable where it isn't known yet who may call
   */
  authenticate(headers: IncomingHttpHeaders): Caller {
    const { authorization, "x-api-key": apiKey } = headers;
    const key = shownKey({ authorization, apiKey: apiKey === undefined ? undefined : String(apiKey) });
    if (key === undefined) throw refusal(keyRefusals.missing);
    return this.#admit(this.#remembered.get(key) ?? this.#find(key));
  }

  #admit(entry: Entry): Caller {
    const now = Date.now();
    if (entry.until <= now) throw refusal(`The API key is refused: ${entry.why}; ask for a new one.`);
    entry.usedAt = now;
    return entry.caller;
  }

  #find(key: string): Entry {
    const id = keyIdOf(key);
    const entry = this.#entries.get(id ?? "");
    const same = timingSafeEqual(Buffer.from(hashKey(key), "hex"), entry?.hash ?? nobody);
    if (!entry && id !== undefined && !this.#complete()) {
      const message = "It is not known yet who may call: the database can't be asked. Ask again.";
      throw new RouterError("unavailable", message, { headers: { "retry-after": "1" } });
    }
    if (!entry || !same) throw refusal(keyRefusals.unknown);
    if (this.#remembered.size >= maxRemembered) this.#remembered.clear();
    this.#remembered.set(key, entry);
    return entry;
  }

  /** Looks again at one key, of which something has changed. */
  update(id: string): void {
    const stored = this.#overlay.keys.get(id);
    // One of the configuration stays its own, whatever is kept of it.
    const key = this.#configured.get(id) ?? stored;
    if (key?.sha256 === undefined) return;
    const tenant = this.#overlay.tenants.get(key.tenant);
    const caller = callerOf(key, tenant?.sovereign === true);
    const [until, why] =
      stored?.revokedAt !== undefined
        ? [0, "it was revoked"]
        : tenant?.disabledAt !== undefined
          ? [0, "its tenant is disabled"]
          : [stored?.expiresAt ?? Number.POSITIVE_INFINITY, "it has expired"];
    const known = this.#entries.get(id);
    // A key's hash, tenant and role never change: whoever remembers the entry hears of the rest.
    if (known) Object.assign(known, { caller, until, why });
    else this.#entries.set(id, { caller, hash: Buffer.from(key.sha256, "hex"), until, why, usedAt: 0 });
  }

  /** The same for all keys of tenants. */
  updateTenants(tenants: ReadonlySet<string>): void {
    if (tenants.size === 0) return;
    for (const [id, { caller }] of this.#entries) if (tenants.has(caller.tenant)) this.update(id);
  }

  /** The keys that were used after a time, and when. */
  usedSince(time: number): [id: string, usedAt: number][] {
    const used: [string, number][] = [];
    for (const [id, { usedAt }] of this.#entries) if (usedAt > time) used.push([id, usedAt]);
    return used;
  }

  /** Goes on where another ring ended: what it has seen used is not forgotten. */
  inherit(before: KeyRing): this {
    for (const [id, usedAt] of before.usedSince(0)) {
      const entry = this.#entries.get(id);
      if (entry) entry.usedAt = usedAt;
    }
    return this;
  }
}

const callerOf = ({ id, tenant, role }: Pick<RouterConfig["keys"][number], "id" | "tenant" | "role">, own: boolean) =>
  ({ keyId: id, tenant, role, ...(own ? { sovereign: true as const } : {}) }) satisfies Caller;

function refusal(message: string): RouterError {
  return new RouterError("unauthorized", message, { headers: { "www-authenticate": "Bearer" } });
}
