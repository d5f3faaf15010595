import { beforeEach, describe, expect, test } from "vitest";
import { parseRouterConfig, type RouterConfigInput } from "../../../../runtime/config/index.ts";
import { Predictor } from "../../../../runtime/router/reliability/predictor.ts";

let now = 0;
const predictor = (config: RouterConfigInput["predictive"] = {}) =>
  new Predictor(parseRouterConfig({ predictive: config }, "test").predictive, () => now);
const feed = (one: Predictor, times: number, milliseconds: number) => {
  for (let i = 0; i < times; i++) one.add(milliseconds);
};

beforeEach(() => {
  now = 0;
});

describe("the predictive breaker", () => {
  test("switches when the average of the last ten response times is above 500 ms", () => {
    const one = predictor();
    feed(one, 9, 600);
    expect(one.advise()).toBe("stay");
    feed(one, 1, 600);
    expect(one.advise()).toBe("switch");
  });

  test("does not switch at exactly 500 ms", () => {
    const one = predictor();
    feed(one, 10, 500);
    expect(one.advise()).toBe("stay");
  });

  test("forgets what is older than the window", () => {
    const one = predictor();
    feed(one, 10, 10);
    feed(one, 1, 4_900);
    expect(one.average).toBe(499);
    expect(one.advise()).toBe("stay");
    feed(one, 1, 4_900);
    expect(one.advise()).toBe("switch");
  });

  test("samples the slow model now and then", () => {
    const one = predictor({ sampleEveryMs: 1_000 });
    feed(one, 10, 600);
    expect(one.advise()).toBe("switch");
    now = 1_000;
    expect([one.advise(), one.advise()]).toEqual(["sample", "switch"]);
  });

  test("switches back only below the lower threshold", () => {
    const one = predictor();
    feed(one, 10, 600);
    feed(one, 3, 450);
    expect(one.slow).toBe(true);
    feed(one, 3, 300);
    expect(one.slow).toBe(false);
  });

  test("is not swung by one sample", () => {
    const one = predictor();
    feed(one, 10, 600);
    feed(one, 2, 1);
    expect(one.slow).toBe(true);
  });

  test("can be turned off", () => {
    const one = predictor({ enabled: false });
    feed(one, 20, 9_000);
    expect(one.advise()).toBe("stay");
  });
});
