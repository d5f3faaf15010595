import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  loadOrders,
  type Models,
  modelConflicts,
  modelRepository,
  pullOrders,
  scalingWithin,
  withModels,
} from "../../../infra/models/index.ts";
import { parseRouterConfig, type RouterConfigInput } from "../../../runtime/config/index.ts";

const config = (input: RouterConfigInput) => parseRouterConfig(input, "test");
const models: Models = {
  ollama: { models: ["llama3:8b", "mistral:7b"] },
  triton: {
    models: [
      {
        name: "grader",
        versions: [
          { version: 1, weight: 90 },
          { version: 2, weight: 10 },
        ],
      },
      {
        name: "ranker",
        versions: [
          { version: 3, weight: 100 },
          { version: 4, weight: 0 },
        ],
      },
    ],
  },
};

describe("the router's own models", () => {
  it("are those that the stack serves, at their addresses, with the weights of the A/B test", () => {
    const { backends } = withModels(config({ backends: { openai: {} } }), models, "models");
    expect(Object.keys(backends).sort()).toEqual(["local", "openai", "triton"]);
    expect(backends.local).toMatchObject({
      enabled: true,
      baseUrl: "http://ollama.models.svc.cluster.local:11434",
      defaultModel: "llama3:8b",
      models: ["llama3:8b", "mistral:7b"],
    });
    expect(backends.triton).toMatchObject({
      baseUrl: "http://triton.models.svc.cluster.local:8000",
      defaultModel: "grader",
      models: ["grader", "ranker"],
      triton: { models: { grader: { versions: { "1": 90, "2": 10 } }, ranker: { versions: { "3": 100 } } } },
    });
  });

  it("keep what only the router's configuration says", () => {
    const own = config({
      backends: {
        local: { defaultModel: "mistral:7b", timeoutMs: 120_000 },
        triton: { triton: { models: { ranker: { kind: "embed", input: "TEXT" } } } },
      },
    });
    const { backends } = withModels(own, models, "models");
    expect(backends.local).toMatchObject({ defaultModel: "mistral:7b", timeoutMs: 120_000 });
    expect(backends.triton?.triton?.models.ranker).toMatchObject({
      kind: "embed",
      input: "TEXT",
      versions: { "3": 100 },
    });
    expect(backends.triton?.triton?.models.grader).toMatchObject({ kind: "generate" });
  });

  it("leave the configuration as it is where the stack serves none", () => {
    const own = config({ backends: { local: { baseUrl: "http://elsewhere:11434" } } });
    expect(withModels(own, {}, "models")).toEqual(own);
  });

  it.each<[RouterConfigInput["backends"], string]>([
    [{ local: { baseUrl: "http://elsewhere:11434" } }, "backends.local.baseUrl"],
    [{ local: { models: ["phi4"] } }, "backends.local.models.phi4"],
    [{ local: { defaultModel: "phi4" } }, "backends.local.defaultModel.phi4"],
    [{ triton: { triton: { models: { other: {} } } } }, "backends.triton.triton.models.other"],
    [
      { triton: { triton: { models: { grader: { versions: { "1": 100 } } } } } },
      "backends.triton.triton.models.grader.versions",
    ],
  ])("refuse %j beside them", (backends, path) => {
    const own = config({ ...(backends === undefined ? {} : { backends }) });
    expect(modelConflicts(own, models).map((conflict) => conflict.path.join("."))).toEqual([path]);
    expect(() => withModels(own, models, "models")).toThrow(RangeError);
  });

  it("are asked for only in versions that are loaded, and every version with users is asked for", () => {
    const version = fc.record({ version: fc.integer({ min: 1, max: 99 }), weight: fc.integer({ min: 0, max: 100 }) });
    const versions = fc.uniqueArray(version, { minLength: 1, maxLength: 4, selector: (each) => each.version });
    const model = fc.record({ name: fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/), versions });
    const many = fc.uniqueArray(model, { minLength: 1, maxLength: 4, selector: (each) => each.name });
    fc.assert(
      fc.property(many, (given) => {
        const asked =
          withModels(config({}), { triton: { models: given } }, "models").backends.triton?.triton?.models ?? {};
        const loaded = loadOrders(given);
        expect(loaded.map(({ name }) => name)).toEqual(Object.keys(asked).sort());
        for (const order of loaded) {
          const weights = asked[order.name]?.versions ?? {};
          expect(order.versions.map(String)).toEqual(expect.arrayContaining(Object.keys(weights)));
          const withUsers =
            given.find(({ name }) => name === order.name)?.versions.filter(({ weight }) => weight > 0) ?? [];
          expect(Object.keys(weights).sort()).toEqual(withUsers.map((each) => String(each.version)).sort());
        }
      }),
    );
  });
});

describe("a model repository", () => {
  it.each([
    ["s3://bucket/models", { path: "s3://bucket/models", claim: undefined }],
    ["gs://bucket", { path: "gs://bucket", claim: undefined }],
    ["pvc://triton-models", { path: "/models", claim: "triton-models" }],
    ["pvc://triton-models/2026/", { path: "/models/2026", claim: "triton-models" }],
  ])("is %s", (location, expected) => expect(modelRepository(location)).toEqual(expected));

  it.each(["https://example.com", "/models", "s3://", "pvc://claim/../etc", "pvc://Claim"])("is not %s", (location) => {
    expect(() => modelRepository(location)).toThrow(`models.triton.repository: ${location}; allowed are`);
  });
});

describe("pulling models", () => {
  it("asks a mirror for the same names", () => {
    expect(pullOrders(["llama3:8b", "somebody/tiny"])).toEqual([
      { model: "llama3:8b", from: "llama3:8b" },
      { model: "somebody/tiny", from: "somebody/tiny" },
    ]);
    expect(pullOrders(["llama3:8b", "somebody/tiny"], "https://models.example.com:5000/")).toEqual([
      { model: "llama3:8b", from: "models.example.com:5000/library/llama3:8b" },
      { model: "somebody/tiny", from: "models.example.com:5000/somebody/tiny" },
    ]);
  });

  it.each(["llama3;reboot", "$(id)", "a b", "", "-rf", "a'b"])("refuses %j, which is no name", (model) => {
    expect(() => pullOrders([model])).toThrow("models.ollama.models");
  });

  it.each(["http://models.example.com", "models.example.com", "https://models.example.com/path"])(
    "refuses the store %s",
    (store) => {
      expect(() => pullOrders(["llama3:8b"], store)).toThrow("airgap.modelStore");
    },
  );
});

describe("the number of replicas", () => {
  const room = { maxReplicas: 4, requestsPerReplica: 8, prometheus: "http://prometheus:9090" };

  it("follows the queue as far as there is room", () => {
    expect(scalingWithin(1, room)).toEqual({
      queue: { minReplicas: 1, maxReplicas: 4, requestsPerReplica: 8, prometheus: "http://prometheus:9090" },
    });
  });

  it("is fixed where there is none, or nobody tells of the queue", () => {
    expect(scalingWithin(4, room)).toEqual({ replicas: 4 });
    expect(scalingWithin(1, { ...room, prometheus: undefined })).toEqual({ replicas: 1 });
  });
});
