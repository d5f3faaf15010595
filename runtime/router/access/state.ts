import type { PeriodBudgets, RateLimits } from "../../config/index.ts";
import { inNanos, type PeriodLimits } from "../money/index.ts";

/** An API key as it is kept; times in milliseconds since 1970. */
export interface StoredKey {
  readonly id: string;
  /** Absent for a key of the configuration, of which only its revocation is kept. */
  readonly sha256?: string | undefined;
  readonly tenant: string;
  readonly role: "client" | "admin";
  readonly expiresAt?: number | undefined;
  readonly revokedAt?: number | undefined;
}

export interface StoredTenant {
  readonly name: string;
  readonly sovereign: boolean;
  readonly disabledAt?: number | undefined;
}

/** What a key or a tenant may spend and ask. */
export interface OwnLimits {
  readonly budget: PeriodBudgets;
  readonly rates: RateLimits;
}

export type LimitedScope = `key:${string}` | `tenant:${string}`;

export interface StoredLimits extends OwnLimits {
  readonly scope: LimitedScope;
}

export interface StoredBackend {
  readonly name: string;
  /** Nothing is asked of it until its key was rotated. */
  readonly revokedAt?: number | undefined;
  readonly revokedBy?: string | undefined;
  /** Of the key that was revoked last: it is never used again. */
  readonly fingerprint?: string | undefined;
  /** How often its key was rotated. */
  readonly generation: number;
}

/** What is new since an earlier revision; everything, since the first. */
export interface Change {
  readonly revision: number;
  readonly keys: readonly StoredKey[];
  readonly tenants: readonly StoredTenant[];
  readonly limits: readonly StoredLimits[];
  readonly backends: readonly StoredBackend[];
}

/** By the id of a key, and by the name of a tenant. */
export interface ByScope<Value> {
  readonly keys: ReadonlyMap<string, Value>;
  readonly tenants: ReadonlyMap<string, Value>;
}

const byScope = <Value>() => ({ keys: new Map<string, Value>(), tenants: new Map<string, Value>() });

/** All that was changed over HTTP, as a router knows it. It lies over the configuration, and grows by what is new. */
export class AccessState {
  #revision = 0;
  readonly keys = new Map<string, StoredKey>();
  readonly tenants = new Map<string, StoredTenant>();
  readonly backends = new Map<string, StoredBackend>();
  readonly limits = new Map<LimitedScope, StoredLimits>();
  readonly #budgets = byScope<PeriodLimits>();
  readonly #rates = byScope<RateLimits>();

  get revision(): number {
    return this.#revision;
  }

  /** Only those that have one; read live by whoever reserves. */
  get budgets(): ByScope<PeriodLimits> {
    return this.#budgets;
  }

  get rates(): ByScope<RateLimits> {
    return this.#rates;
  }

  /** @returns false where nothing of it is new */
  apply(change: Change): boolean {
    if (change.revision <= this.#revision) return false;
    for (const key of change.keys) this.keys.set(key.id, key);
    for (const tenant of change.tenants) this.tenants.set(tenant.name, tenant);
    for (const backend of change.backends) this.backends.set(backend.name, backend);
    for (const limits of change.limits) this.#limit(limits);
    this.#revision = change.revision;
    return true;
  }

  /** All of it, to be kept on this machine. */
  whole(): Change {
    return {
      revision: this.#revision,
      keys: [...this.keys.values()],
      tenants: [...this.tenants.values()],
      limits: [...this.limits.values()],
      backends: [...this.backends.values()],
    };
  }

  #limit(limits: StoredLimits): void {
    const { scope, budget, rates } = limits;
    this.limits.set(scope, limits);
    const [kind, name] = splitScope(scope);
    put(this.#budgets[kind], name, hasAny(budget) ? inNanos(budget) : undefined);
    put(this.#rates[kind], name, hasAny(rates) ? rates : undefined);
  }
}

/** `tenant:acme` as `tenants` and `acme`. */
export function splitScope(scope: LimitedScope): [kind: "keys" | "tenants", name: string] {
  return [scope.startsWith("key:") ? "keys" : "tenants", scope.slice(scope.indexOf(":") + 1)];
}

const hasAny = (limits: object): boolean => Object.values(limits).some((limit) => limit !== undefined);

function put<Value>(map: Map<string, Value>, name: string, value: Value | undefined): void {
  if (value === undefined) map.delete(name);
  else map.set(name, value);
}
