import { describe, expect, it } from "vitest";
import { Ollama, type OllamaArgs, Triton, type TritonArgs } from "../../infra/models/index.ts";
import { refuseDefaultProviders } from "../../infra/region/index.ts";
import { children, clusterScope, inputsOf, mirror, planned, rendered, testDigest } from "../support/workloads.ts";

const pool = { nodeSelector: { "hybrid-llm/pool": "inference" } };
const queue = {
  minReplicas: 1,
  maxReplicas: 4,
  requestsPerReplica: 8,
  prometheus: "http://prometheus.observability:9090",
};
const triton: TritonArgs = {
  namespace: "models",
  repository: "pvc://triton-models",
  models: [
    {
      name: "grader",
      versions: [
        { version: 2, weight: 10 },
        { version: 1, weight: 90 },
      ],
      maxQueueDelayMicroseconds: 500,
    },
  ],
  scaling: { queue },
  resources: { cpu: "4", memory: "16Gi", pool },
};
const ollama: OllamaArgs = {
  namespace: "models",
  models: ["llama3:8b", "mistral:7b"],
  storageGiB: 50,
  scaling: { queue },
  resources: { cpu: "4", memory: "16Gi", pool },
};
const planTriton = (args: Partial<TritonArgs> = {}, scope: Parameters<typeof clusterScope>[0] = {}) =>
  planned(() => {
    refuseDefaultProviders();
    new Triton("eu-west-1-triton", clusterScope(scope), { ...triton, ...args });
  });
const planOllama = (args: Partial<OllamaArgs> = {}, scope: Parameters<typeof clusterScope>[0] = {}) =>
  planned(() => {
    refuseDefaultProviders();
    new Ollama("eu-west-1-ollama", clusterScope(scope), { ...ollama, ...args });
  });

describe("Triton", () => {
  it("is told its models, and scales by what waits", async () => {
    const found = await planTriton();
    expect(children(found)).toEqual([
      "Triton eu-west-1-triton < the stack",
      "Deployment eu-west-1-triton-deployment < eu-west-1-triton",
      "PodDisruptionBudget eu-west-1-triton-disruption-budget < eu-west-1-triton",
      "ConfigMap eu-west-1-triton-models < eu-west-1-triton",
      "ScaledObject eu-west-1-triton-scaler < eu-west-1-triton",
      "Service eu-west-1-triton-service < eu-west-1-triton",
      "ServiceAccount eu-west-1-triton-service-account < eu-west-1-triton",
    ]);
    const golden = rendered(found).replace(/load_models.py: \|\n(?: {6}.*\n|\n)+/, "load_models.py: SCRIPT\n");
    await expect(golden).toMatchFileSnapshot("golden/triton.yaml");
  });

  it("runs on CPUs without a pool, a fixed number of times, with somebody's identity", async () => {
    const found = await planTriton({
      repository: "s3://models/triton",
      serviceAccount: "reads-models",
      scaling: { replicas: 2 },
      resources: { cpu: "4", memory: "8Gi" },
    });
    const text = rendered(found);
    expect(text).not.toContain("nvidia.com/gpu");
    expect(text).toContain("--model-repository=s3://models/triton");
    expect(inputsOf(found, "eu-west-1-triton-deployment")).toMatchObject({
      spec: { replicas: 2, template: { spec: { serviceAccountName: "reads-models" } } },
    });
    expect(found.map(({ name }) => name)).not.toContain("eu-west-1-triton-service-account");
    expect(found.map(({ name }) => name)).not.toContain("eu-west-1-triton-scaler");
  });

  it("exchanges its pods when the models change, and not when their order does", async () => {
    const other = { name: "ranker", versions: [{ version: 1, weight: 100 }] };
    const deployment = async (models: TritonArgs["models"]) =>
      JSON.stringify(inputsOf(await planTriton({ models }), "eu-west-1-triton-deployment"));
    const both = await deployment([...triton.models, other]);
    expect(await deployment([other, ...triton.models])).toBe(both);
    expect(await deployment(triton.models)).not.toBe(both);
  });
});

describe("Ollama", () => {
  it("has its models before it answers, on volumes of its own", async () => {
    const found = await planOllama();
    expect(children(found)).toEqual([
      "Ollama eu-west-1-ollama < the stack",
      "PodDisruptionBudget eu-west-1-ollama-disruption-budget < eu-west-1-ollama",
      "Service eu-west-1-ollama-pods < eu-west-1-ollama",
      "StatefulSet eu-west-1-ollama-pool < eu-west-1-ollama",
      "ScaledObject eu-west-1-ollama-scaler < eu-west-1-ollama",
      "Service eu-west-1-ollama-service < eu-west-1-ollama",
      "ServiceAccount eu-west-1-ollama-service-account < eu-west-1-ollama",
    ]);
    await expect(rendered(found)).toMatchFileSnapshot("golden/ollama.yaml");
  });

  it("takes image and models from mirrors behind an air gap, and nothing from elsewhere", async () => {
    const found = await planOllama(
      { modelStore: "https://models.internal.example.com", image: `ollama/ollama@${testDigest}`, storageClass: "fast" },
      { airgapped: true },
    );
    const text = rendered(found);
    expect([...text.matchAll(/image: (.+)/g)].map(([, image]) => image)).toEqual([
      `${mirror}/docker.io/ollama/ollama@${testDigest}`,
      `${mirror}/docker.io/ollama/ollama@${testDigest}`,
    ]);
    expect(text).toContain("storageClassName: fast");
    expect([...text.matchAll(/ollama pull (\S+)/g)].map(([, from]) => from)).toEqual([
      "models.internal.example.com/library/llama3:8b",
      "models.internal.example.com/library/mistral:7b",
    ]);
  });

  it("runs on CPUs without a pool", async () => {
    const found = await planOllama({ scaling: { replicas: 1 }, resources: { cpu: "4", memory: "16Gi" } });
    expect(rendered(found)).not.toContain("nvidia.com/gpu");
    expect(inputsOf(found, "eu-west-1-ollama-pool")).toMatchObject({ spec: { replicas: 1 } });
    expect(found.map(({ type }) => type.split(":").at(-1))).not.toContain("ScaledObject");
  });
});
