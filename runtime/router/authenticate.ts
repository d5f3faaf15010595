import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { hashKey, keyIdOf, type RouterConfig } from "../config/index.ts";
import { RouterError } from "./errors.ts";

/** Who makes a request. */
export interface Caller {
  readonly keyId: string;
  readonly tenant: string;
  readonly role: "client" | "admin";
}

type Entry = { readonly caller: Caller; readonly hash: Buffer };

/** What an unknown id is compared with, so that it takes as long as a known one. */
const nobody = Buffer.alloc(32);

/** More keys than this are not in use at the same time. */
const maxRemembered = 10_000;

/** The keys that may call, by id; only their hashes are known here. */
export class KeyRing {
  readonly #entries: ReadonlyMap<string, Entry>;
  /** Whose a key is, so that it need not be hashed again for each request of a client. */
  readonly #remembered = new Map<string, Caller>();

  constructor(keys: RouterConfig["keys"]) {
    this.#entries = new Map(
      keys.map(({ id, sha256, tenant, role }) => [
        id,
        { caller: { keyId: id, tenant, role }, hash: Buffer.from(sha256, "hex") },
      ]),
    );
  }

  /** Whose session this is, where the key that began it is still the one of its id. */
  find(id: string, sha256: string): Caller | undefined {
    const entry = this.#entries.get(id);
    return entry && entry.hash.toString("hex") === sha256 ? entry.caller : undefined;
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
   * @throws RouterError unauthorized
   */
  authenticate(headers: IncomingHttpHeaders): Caller {
    const given = headers.authorization ?? headers["x-api-key"];
    if (given === undefined || given === "") {
      throw refusal("No API key was given; send it as `Authorization: Bearer hl_<id>_<secret>` or `x-api-key: ...`.");
    }
    const key = (headers.authorization ? /^Bearer +(\S+) *$/i.exec(headers.authorization)?.[1] : String(given)) ?? "";
    const known = this.#remembered.get(key);
    if (known) return known;
    const entry = this.#entries.get(keyIdOf(key) ?? "");
    const same = timingSafeEqual(Buffer.from(hashKey(key), "hex"), entry?.hash ?? nobody);
    if (!entry || !same) throw refusal("The API key is not known here; check it, or ask for a new one.");
    if (this.#remembered.size >= maxRemembered) this.#remembered.clear();
    this.#remembered.set(key, entry.caller);
    return entry.caller;
  }
}

function refusal(message: string): RouterError {
  return new RouterError("unauthorized", message, { headers: { "www-authenticate": "Bearer" } });
}
