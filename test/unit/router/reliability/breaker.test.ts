import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { Breaker, type Permit } from "../../../../runtime/router/reliability/breaker.ts";

const config = { failureThreshold: 3, recoveryMs: 60_000 };
let now = 0;
let breaker: Breaker;

beforeEach(() => {
  now = 0;
  breaker = new Breaker(config, () => now);
});

function acquired(): Permit {
  const permit = breaker.acquire();
  if (!permit) throw new Error("refused");
  return permit;
}

const fail = (times: number) => {
  for (let i = 0; i < times; i++) breaker.failed(acquired());
};

describe("a circuit breaker", () => {
  test("opens at the third failure in a row, and refuses", () => {
    fail(2);
    expect(breaker.state).toBe("closed");
    fail(1);
    expect(breaker).toMatchObject({ state: "open", nextProbeMs: 60_000 });
    expect(breaker.acquire()).toBeUndefined();
  });

  test("counts anew after a whole answer", () => {
    fail(2);
    breaker.succeeded(acquired());
    fail(2);
    expect(breaker.state).toBe("closed");
  });

  test("lets one attempt probe after the recovery time, and nobody beside it", () => {
    fail(3);
    now = 59_999;
    expect(breaker.acquire()).toBeUndefined();
    now = 60_000;
    expect(breaker.state).toBe("half_open");
    expect(acquired()).toEqual({ probe: true });
    expect(breaker.acquire()).toBeUndefined();
  });

  test("closes by a probe that was answered", () => {
    fail(3);
    now = 60_000;
    const probe = acquired();
    breaker.answered(probe);
    expect(breaker.state).toBe("closed");
    breaker.succeeded(probe);
    fail(2);
    expect(breaker.state).toBe("closed");
  });

  test("opens again by a probe that fails, for the whole recovery time", () => {
    fail(3);
    now = 60_000;
    breaker.failed(acquired());
    expect(breaker).toMatchObject({ state: "open", nextProbeMs: 60_000 });
  });

  test("opens by a target that always begins and never ends its answers", () => {
    for (let i = 0; i < 3; i++) {
      const permit = acquired();
      breaker.answered(permit);
      breaker.failed(permit);
    }
    expect(breaker.state).toBe("open");
  });

  test("opens again at once when the first answer after a probe breaks off", () => {
    fail(3);
    now = 60_000;
    const probe = acquired();
    breaker.answered(probe);
    breaker.failed(probe);
    expect(breaker.state).toBe("open");
  });

  test("lets another probe when the one before ended without a verdict", () => {
    fail(3);
    now = 60_000;
    breaker.released(acquired());
    expect(acquired()).toEqual({ probe: true });
  });

  test("leaves a provider alone for as long as it asks", () => {
    breaker.failed(acquired(), 5_000);
    expect(breaker).toMatchObject({ state: "open", nextProbeMs: 5_000 });
    now = 5_000;
    expect(acquired().probe).toBe(true);
  });

  test("is not closed by an old answer that ends while it is open", () => {
    const old = acquired();
    fail(3);
    breaker.succeeded(old);
    expect(breaker.state).toBe("open");
  });
});

test("whatever happens, at most one probe is under way and an open circuit refuses", () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 90_000 }) }),
    fc.record({ do: fc.constant("acquire" as const) }),
    fc.record({
      do: fc.constantFrom("answered" as const, "succeeded" as const, "failed" as const, "released" as const),
      which: fc.nat(),
    }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let time = 0;
      const one = new Breaker(config, () => time);
      const open: Permit[] = [];
      let probe: Permit | undefined;
      for (const action of steps) {
        if (action.do === "wait") time += action.ms;
        else if (action.do === "acquire") {
          const { state } = one;
          const permit = one.acquire();
          if (state === "open") expect(permit).toBeUndefined();
          if (state === "closed") expect(permit).toEqual({ probe: false });
          if (!permit) continue;
          open.push(permit);
          if (!permit.probe) continue;
          expect(probe).toBeUndefined();
          probe = permit;
        } else if (open.length > 0) {
          const permit = open[action.which % open.length] as Permit;
          one[action.do](permit);
          if (permit === probe) probe = undefined;
          if (action.do !== "answered") open.splice(open.indexOf(permit), 1);
        }
      }
    }),
  );
});

describe("what opened a circuit", () => {
  const limit = (pauseMs = 0) => breaker.failed({ probe: false }, pauseMs, true);

  test("is a limit where every failure in the row was one", () => {
    for (let i = 0; i < 3; i++) limit();
    expect(breaker).toMatchObject({ state: "open", limited: true });
  });

  test("is a limit where the provider named the pause with one", () => {
    breaker.failed({ probe: false });
    limit(2_000);
    expect(breaker).toMatchObject({ state: "open", limited: true, nextProbeMs: 2_000 });
  });

  test("is none where another failure was in the row", () => {
    limit();
    breaker.failed({ probe: false });
    limit();
    expect(breaker).toMatchObject({ state: "open", limited: false });
  });

  test("is told anew after a whole answer", () => {
    breaker.failed({ probe: false });
    breaker.succeeded({ probe: false });
    expect(breaker.limited).toBe(false);
    for (let i = 0; i < 3; i++) limit();
    expect(breaker.limited).toBe(true);
  });

  test("is what keeps it open the longest", () => {
    limit(1_000);
    breaker.failed({ probe: false }, 5_000);
    expect(breaker).toMatchObject({ limited: false, nextProbeMs: 5_000 });
    limit(2_000);
    expect(breaker).toMatchObject({ limited: false, nextProbeMs: 5_000 });
  });
});
