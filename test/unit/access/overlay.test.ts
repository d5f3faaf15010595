import fc from "fast-check";
import { expect, test } from "vitest";
import { issueKey } from "../../../runtime/config/index.ts";
import { AccessState, type Change, type StoredKey, type StoredTenant } from "../../../runtime/router/access/state.ts";
import { KeyRing } from "../../../runtime/router/authenticate.ts";

const issued = Array.from({ length: 5 }, issueKey);
const tenants = ["a", "b"] as const;
const tenantOf = (index: number) => tenants[index % 2] ?? "a";

/** The first two are the configuration's. */
const configured = issued.slice(0, 2).map(({ id, sha256 }, index) => ({
  id,
  sha256,
  tenant: tenantOf(index),
  role: "client" as const,
}));

const past = 1;
const future = Date.now() + 3_600_000;

const key = fc
  .record({
    index: fc.nat(issued.length - 1),
    expiresAt: fc.constantFrom(undefined, past, future),
    revokedAt: fc.constantFrom(undefined, past),
  })
  .map(
    ({ index, expiresAt, revokedAt }): StoredKey => ({
      id: issued[index]?.id ?? "",
      // Of the configuration's only a revocation is kept.
      ...(index < 2 ? { revokedAt: past } : { sha256: issued[index]?.sha256, expiresAt, revokedAt }),
      tenant: tenantOf(index),
      role: "client",
    }),
  );
const tenant = fc.record({
  name: fc.constantFrom(...tenants),
  sovereign: fc.boolean(),
  disabledAt: fc.constantFrom(undefined, past),
}) as fc.Arbitrary<StoredTenant>;

const changes = fc
  .array(fc.record({ keys: fc.array(key, { maxLength: 3 }), tenants: fc.array(tenant, { maxLength: 2 }) }), {
    maxLength: 8,
  })
  .map((all) => all.map((one, index): Change => ({ ...one, limits: [], backends: [], revision: index + 1 })));

const verdicts = (ring: KeyRing) =>
  issued.map((one) => {
    try {
      return ring.authenticate({ authorization: `Bearer ${one.key}` });
    } catch (error) {
      return (error as Error).message;
    }
  });

/** What the rules say, in as few words as possible. */
function expected(state: AccessState, index: number): "admitted" | "refused" {
  const { id = "" } = issued[index] ?? {};
  const stored = state.keys.get(id);
  if (index >= 2 && !stored) return "refused";
  if (stored?.revokedAt !== undefined || state.tenants.get(tenantOf(index))?.disabledAt !== undefined) return "refused";
  return stored?.expiresAt === past ? "refused" : "admitted";
}

test("a ring that hears of changes one by one is the ring that is made of all of them", () => {
  fc.assert(
    fc.property(changes, (all) => {
      const state = new AccessState();
      const ring = new KeyRing(configured, state);
      for (const change of all) {
        state.apply(change);
        for (const { id } of change.keys) ring.update(id);
        ring.updateTenants(new Set(change.tenants.map(({ name }) => name)));
        // Remembered keys must hear of it, too.
        const told = verdicts(ring);
        expect(told).toEqual(verdicts(new KeyRing(configured, state)));
        expect(told.map((one) => (typeof one === "string" ? "refused" : "admitted"))).toEqual(
          issued.map((_, index) => expected(state, index)),
        );
      }
    }),
  );
});

test("what was applied before changes nothing again, and what is kept is what was", () => {
  fc.assert(
    fc.property(changes, (all) => {
      const state = new AccessState();
      for (const change of all) expect(state.apply(change)).toBe(true);
      const whole = state.whole();
      for (const change of all) expect(state.apply(change)).toBe(false);
      expect(state.whole()).toEqual(whole);
      const again = new AccessState();
      if (all.length > 0) again.apply(JSON.parse(JSON.stringify(whole)) as Change);
      expect(verdicts(new KeyRing(configured, again))).toEqual(verdicts(new KeyRing(configured, state)));
    }),
  );
});

test("limits that are taken away limit nobody", () => {
  const state = new AccessState();
  const limits = (revision: number, budget: object, rates: object): Change => ({
    revision,
    keys: [],
    tenants: [],
    backends: [],
    limits: [{ scope: "tenant:a:b", budget, rates }],
  });
  state.apply(limits(1, { day: 2 }, { concurrent: 3 }));
  expect(state.budgets.tenants.get("a:b")).toEqual({ day: 2_000_000_000 });
  expect(state.rates.tenants.get("a:b")).toEqual({ concurrent: 3 });
  state.apply(limits(2, {}, {}));
  expect([state.budgets.tenants.size, state.rates.tenants.size]).toEqual([0, 0]);
});

test("while not all keys are known a stranger is asked to come again, and a wrong secret is not", () => {
  let complete = false;
  const ring = new KeyRing(configured, new AccessState(), () => complete);
  const stranger = { authorization: `Bearer ${issueKey().key}` };
  const wrong = { authorization: `Bearer hl_${configured[0]?.id}_${"x".repeat(43)}` };
  expect(() => ring.authenticate(stranger)).toThrow(expect.objectContaining({ code: "unavailable" }));
  expect(() => ring.authenticate(wrong)).toThrow(expect.objectContaining({ code: "unauthorized" }));
  complete = true;
  expect(() => ring.authenticate(stranger)).toThrow(expect.objectContaining({ code: "unauthorized" }));
});

test("10,000 keys are known, each its own", () => {
  const state = new AccessState();
  const all = Array.from({ length: 10_000 }, issueKey);
  const stored = all.map(({ id, sha256 }): StoredKey => ({ id, sha256, tenant: id, role: "client" }));
  state.apply({ revision: 1, keys: stored, tenants: [], limits: [], backends: [] });
  const ring = new KeyRing(configured, state);
  expect(all.every(({ id, key: text }) => ring.authenticate({ "x-api-key": text }).tenant === id)).toBe(true);
  expect(ring.usedSince(0)).toHaveLength(10_000);
});
