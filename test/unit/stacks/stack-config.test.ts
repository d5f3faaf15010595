import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import {
  configurationReference,
  overlap,
  parseStackConfig,
  rules,
  stackJsonSchema,
} from "../../../stacks/config/index.ts";

const stacks = ["local", "cluster", "dev", "prod", "airgap"] as const;
const configurationOf = (stack: string): unknown =>
  (parse(readFileSync(`Pulumi.${stack}.yaml`, "utf8")) as { config: Record<string, unknown> }).config[
    "hybrid-llm:stack"
  ];

const imageDigest = `sha256:${"1".repeat(64)}`;
const current = { imageDigest };
const region = { name: "eu-west-1", geography: "eu", cidr: "10.0.0.0/16", kubernetesVersion: "1.34" };
const cloud = {
  kind: "cloud",
  accountId: "123456789012",
  regions: [region],
  router: { versions: { current } },
  budget: { monthlyInfrastructureUsd: 100 },
};
const pool = { name: "inference", accelerator: "l4", instanceFamilies: ["g6"], maxGpus: 1 };
const site = { name: "site-a" };
const imageRepository = "registry.example.com/router";
const airgapRouter = {
  imageRepository,
  versions: { current: { imageDigest, config: { airgap: true, failoverChain: ["local"] } } },
};
const airgap = {
  kind: "airgap",
  clusters: [site],
  airgap: {
    registryMirror: "registry.example.com",
    modelStore: "https://models.example.com",
    modelStoreNetwork: "10.8.0.0/24",
  },
  secrets: {
    vault: {
      mode: "deploy",
      unseal: "transit",
      transit: { address: "https://unseal.example.com", network: "10.9.0.0/24" },
    },
  },
  router: airgapRouter,
};
const kong = { kind: "kong", hostname: "llm.example.com", controllerDigest: imageDigest };
const autoscaling = { digests: { operator: imageDigest, metricsServer: imageDigest, webhooks: imageDigest } };
const certificateArn = "arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234";
const apiGateway = {
  kind: "aws-api-gateway",
  hostname: "llm.example.com",
  certificateArns: { "eu-west-1": certificateArn },
};
const accelerator = { kind: "global-accelerator", hostname: "llm.example.com" };
const router = (config: object) => ({ versions: { current: { imageDigest, config } } });
const withoutImage = (config: object) => ({ versions: { current: { config } } });

function problemsOf(value: unknown, file = "Pulumi.test.yaml"): string[] {
  try {
    parseStackConfig(value, file);
  } catch (error) {
    return (error as Error).message
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
  }
  return [];
}

describe("the stacks of this repository", () => {
  it.each(stacks)("%s has a valid configuration", (stack) => {
    expect(problemsOf(configurationOf(stack))).toEqual([]);
  });

  it("have the regions of the price table in prod", () => {
    const prod = parseStackConfig(configurationOf("prod"), "Pulumi.prod.yaml");
    expect(prod.kind === "cloud" && prod.regions.map(({ name }) => name)).toEqual([
      "us-east-1",
      "eu-west-1",
      "ap-northeast-1",
    ]);
  });

  it("name the schema that the code generates", () => {
    const written = readFileSync("stacks/schema/pulumi-stack.schema.json", "utf8");
    expect(written, "run npm run schema").toBe(`${JSON.stringify(stackJsonSchema(), null, 2)}\n`);
    const reference = readFileSync("stacks/schema/CONFIGURATION.md", "utf8");
    expect(reference, "run npm run schema").toBe(configurationReference());
    for (const stack of stacks)
      expect(readFileSync(`Pulumi.${stack}.yaml`, "utf8")).toContain("$schema=./stacks/schema/");
  });
});

describe("mistakes", () => {
  it("are told all at once, with the line in the YAML file", () => {
    const directory = mkdtempSync(join(tmpdir(), "hybrid-llm-stack-"));
    try {
      const file = join(directory, "Pulumi.local.yaml");
      const yaml = [
        "config:",
        "  hybrid-llm:stack:",
        "    kind: local",
        "    rooter: {}",
        "    router:",
        "      workers: 0",
        "      versions:",
        "        current:",
        "          config:",
        "            listen: { port: eighty }",
      ].join("\n");
      writeFileSync(file, yaml);
      const value = (parse(yaml) as { config: Record<string, unknown> }).config["hybrid-llm:stack"];
      expect(problemsOf(value, file)).toEqual([
        'router.versions.current.config.listen.port (line 10): given "eighty"; allowed: a number; change the value',
        "router.workers (line 6): given 0; allowed: a number of at least 1; change the value",
        "rooter (line 4): allowed: the keys budget, kind, pki, rehearsal, router; did you mean router?",
      ]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("of rules between values are told in the same run as all others", () => {
    const value = {
      ...cloud,
      chaos: { enabld: true },
      router: { ...cloud.router, replicas: 2, autoscaling: {} },
      mesh: { kind: "istoi" },
    };
    expect(problemsOf(value).map((problem) => problem.split(":")[0])).toEqual([
      "mesh.kind",
      "chaos.enabld",
      "router.replicas",
    ]);
  });

  it("an unknown kind names the kinds", () => {
    expect(problemsOf({ kind: "locale" })).toEqual([
      'kind: given "locale"; allowed: one of local, cluster, cloud, airgap; did you mean local?',
    ]);
  });

  it("a missing configuration says how to begin", () => {
    expect(problemsOf(undefined)[0]).toContain("beginning with kind:");
  });

  it("a secret's value in place of its reference is refused and not repeated", () => {
    const secrets = { providerKeys: { openai: "sk-canary-123" } };
    const text = problemsOf({ ...cloud, secrets }).join("\n");
    expect(text).toContain("secrets.providerKeys.openai: given (not shown)");
    expect(text).not.toContain("sk-canary-123");
  });
});

/** For each rule a stack that breaks it and the paths that it must name. */
const broken: Record<string, { value: unknown; paths: string[] }> = {
  "replicas and autoscaling exclude each other": {
    value: { ...cloud, router: { ...cloud.router, replicas: 2, autoscaling: {} } },
    paths: ["router.replicas"],
  },
  "autoscaling goes upwards": {
    value: { ...cloud, router: { ...cloud.router, autoscaling: { minReplicas: 5, maxReplicas: 2 } } },
    paths: ["router.autoscaling.minReplicas"],
  },
  "a roll-out names versions that are listed": {
    value: { kind: "local", router: { rollout: { stable: "next" } } },
    paths: ["router.rollout.stable"],
  },
  "candidate and weight go together": {
    value: {
      ...cloud,
      router: { versions: { current, next: current }, rollout: { stable: "current", candidate: "next" } },
    },
    paths: ["router.rollout.weight"],
  },
  "a candidate differs from the stable version": {
    value: { ...cloud, router: { ...cloud.router, rollout: { stable: "current", candidate: "current", weight: 0 } } },
    paths: ["router.rollout.candidate"],
  },
  "a process runs one version, a cluster's versions have images": {
    value: { kind: "local", router: { versions: { current: { imageDigest: `sha256:${"0".repeat(64)}` } } } },
    paths: ["router.versions.current.imageDigest"],
  },
  "a process has no canary": {
    value: {
      kind: "local",
      router: { versions: { current: {}, next: {} }, rollout: { stable: "current", candidate: "next", weight: 5 } },
    },
    paths: ["router.rollout.candidate"],
  },
  "the platform decides how the router listens in a cluster": {
    value: { ...cloud, router: router({ listen: { security: { mode: "tls", certificateFile: "c", keyFile: "k" } } }) },
    paths: ["router.versions.current.config.listen.security"],
  },
  "keys are made by the stack": {
    value: {
      kind: "local",
      router: withoutImage({ listen: { security: { mode: "tls", certificateFile: "c", keyFile: "k" } } }),
    },
    paths: ["router.versions.current.config.listen.security"],
  },
  "rehearsal providers are for the local stack": {
    value: { ...cloud, router: router({ allowRehearsal: true }) },
    paths: ["router.versions.current.config.allowRehearsal"],
  },
  "an air-gapped stack has local models only": {
    value: {
      ...airgap,
      router: { imageRepository, ...router({ airgap: false, failoverChain: ["local", "claude"] }) },
    },
    paths: ["router.versions.current.config.airgap", "router.versions.current.config.failoverChain[1]"],
  },
  "an air-gapped stack has no keys of cloud providers": {
    value: { ...airgap, secrets: { ...airgap.secrets, providerKeys: { openai: { vault: "kv/llm/openai#key" } } } },
    paths: ["secrets.providerKeys.openai"],
  },
  "what only AWS has needs AWS": {
    value: { ...airgap, data: { postgres: { provider: "rds" }, redis: { provider: "elasticache" } } },
    paths: ["data.postgres.provider", "data.redis.provider"],
  },
  "regions have names and networks of their own": {
    value: { ...cloud, regions: [region, { ...region, cidr: "10.0.128.0/20" }] },
    paths: ["regions[1].name", "regions[1].cidr"],
  },
  "models run in pools that exist": {
    value: { ...cloud, models: { ollama: { gpuPool: "inference" } } },
    paths: ["models.ollama.gpuPool"],
  },
  "an A/B test shares out all of its users": {
    value: {
      ...cloud,
      models: {
        triton: { repository: "s3://m", models: [{ name: "embed", versions: [{ version: 1, weight: 50 }] }] },
      },
    },
    paths: ["models.triton.models[0].versions"],
  },
  "chaos in production needs an allow-list": {
    value: { ...cloud, production: true, chaos: { enabled: true } },
    paths: ["chaos.namespaces"],
  },
  "a region's network can be divided, and leaves services their addresses": {
    value: {
      ...cloud,
      regions: [
        { ...region, cidr: "10.0.0.0/8" },
        { ...region, name: "us-east-1", cidr: "11.1.0.5/16" },
        { ...region, name: "us-east-2", cidr: "172.20.0.0/16" },
      ],
    },
    paths: ["regions[0].cidr", "regions[1].cidr", "regions[2].cidr"],
  },
  "a region has as many zones as are asked for": {
    value: {
      ...cloud,
      regions: [
        { ...region, availabilityZones: 4 },
        { ...region, name: "xx-west-1", cidr: "10.1.0.0/16" },
      ],
    },
    paths: ["regions[0].availabilityZones", "regions[1].name"],
  },
  "a cluster's version has add-ons": {
    value: { ...cloud, regions: [{ ...region, kubernetesVersion: "1.20" }] },
    paths: ["regions[0].kubernetesVersion"],
  },
  "a group of nodes goes upwards": {
    value: { ...cloud, regions: [{ ...region, systemNodes: { min: 4, max: 3 } }] },
    paths: ["regions[0].systemNodes.min"],
  },
  "a pool's families carry its accelerator": {
    value: { ...cloud, regions: [{ ...region, gpuPools: [{ ...pool, instanceFamilies: ["g6", "g5", "m7g"] }] }] },
    paths: ["regions[0].gpuPools[0].instanceFamilies[1]", "regions[0].gpuPools[0].instanceFamilies[2]"],
  },
  "pools have names of their own": {
    value: { ...cloud, regions: [{ ...region, gpuPools: [pool, pool, { ...pool, name: "general" }] }] },
    paths: ["regions[0].gpuPools[1].name", "regions[0].gpuPools[2].name"],
  },
  "a cluster has one device plugin": {
    value: { ...airgap, clusters: [{ ...site, present: ["device-plugin"] }], gpu: { operator: "gpu-operator" } },
    paths: ["clusters[0].present"],
  },
  "clusters have names of their own": {
    value: { ...airgap, clusters: [site, { name: "site-b" }, site] },
    paths: ["clusters[2].name"],
  },
  "a region without a way out has a mirror, and no providers to reach": {
    value: { ...cloud, regions: [{ ...region, natGateways: "none" }], models: { ollama: {} } },
    paths: ["regions[0].registryMirror", "regions[0].natGateways", "regions[0].natGateways"],
  },
  "a cluster that was there has no load balancer of ours": {
    value: { ...airgap, gateway: { ...kong, exposure: "internet" } },
    paths: ["gateway.exposure"],
  },
  "an edge leads to gateways in the internet": {
    value: { ...cloud, gateway: kong, edge: accelerator },
    paths: ["gateway.exposure"],
  },
  "an edge answers for the gateway's name, in its own zone": {
    value: {
      ...cloud,
      gateway: { ...kong, exposure: "internet" },
      edge: { kind: "route53", zone: "example.org", zoneId: "Z0123456789", hostname: "llm.example.net" },
    },
    paths: ["edge.hostname", "edge.zone"],
  },
  "an accelerator leads to load balancers": {
    value: { ...cloud, gateway: apiGateway, edge: accelerator },
    paths: ["edge.kind"],
  },
  "an API gateway has a certificate in each region": {
    value: {
      ...cloud,
      regions: [region, { ...region, name: "us-east-1", cidr: "10.1.0.0/16" }],
      gateway: { ...apiGateway, certificateArns: { "us-east-1": certificateArn } },
    },
    paths: ["gateway.certificateArns.eu-west-1", "gateway.certificateArns.us-east-1"],
  },
  "an API gateway's load balancer can speak to the router": {
    value: {
      ...cloud,
      gateway: apiGateway,
      mesh: { kind: "istio", waypoints: true, proxyDigest: imageDigest },
      router: { ...cloud.router, clientCertificate: "required" },
    },
    paths: ["mesh.waypoints", "router.clientCertificate"],
  },
  "waypoints have an image": {
    value: { ...cloud, mesh: { kind: "istio", waypoints: true } },
    paths: ["mesh.proxyDigest"],
  },
  "drills strike what comes back": {
    value: { ...cloud, chaos: { enabled: true, namespaces: ["router", "vault"] } },
    paths: ["chaos.namespaces[1]"],
  },
  "Redis in a cluster is one server, or can elect a primary": {
    value: { ...cloud, data: { redis: { shards: 1, replicasPerShard: 1 } } },
    paths: ["data.redis.replicasPerShard"],
  },
  "ElastiCache has a node that is as large": {
    value: { ...cloud, data: { redis: { provider: "elasticache", memoryGiB: 500 } } },
    paths: ["data.redis.memoryGiB"],
  },
  "RDS has one standby": {
    value: { ...cloud, data: { postgres: { provider: "rds", instances: 3 } } },
    paths: ["data.postgres.instances"],
  },
  "AWS keeps backups for 35 days": {
    value: { ...cloud, data: { postgres: { provider: "aurora", backups: { retentionDays: 90 } } } },
    paths: ["data.postgres.backups.retentionDays"],
  },
  "stores that AWS runs are told their passwords over a way out": {
    value: {
      ...cloud,
      regions: [{ ...region, natGateways: "none", registryMirror: "registry.example.com" }],
      router: router({ failoverChain: ["local"] }),
      data: { redis: { provider: "elasticache" } },
    },
    paths: ["regions[0].natGateways"],
  },
  "what only AWS's databases have needs one": {
    value: { ...cloud, data: { postgres: { instanceClass: "db.m7g.large" } } },
    paths: ["data.postgres.instanceClass"],
  },
  "AWS keeps the backups of its own databases": {
    value: { ...cloud, data: { postgres: { provider: "rds", backups: { bucket: "backups" } } } },
    paths: ["data.postgres.backups.bucket"],
  },
  "an object store that isn't AWS's has an address, a bucket and credentials": {
    value: { ...airgap, data: { postgres: { backups: { bucket: "backups" } } } },
    paths: ["data.postgres.backups.endpoint", "data.postgres.backups.credentialsSecret"],
  },
  "Vault that another unseals knows which": {
    value: { ...airgap, secrets: { vault: { mode: "deploy", unseal: "transit" } } },
    paths: ["secrets.vault.transit"],
  },
  "a Vault that is set up has an address": {
    value: {
      ...cloud,
      secrets: { vaultReady: true, vaultAddresses: { "us-east-1": "https://vault.example.com" } },
    },
    paths: ["secrets.vaultAddresses.us-east-1", "secrets.vaultAddresses"],
  },
  "a version in a cluster has an image": {
    value: { ...cloud, router: { versions: { current, next: {} } } },
    paths: ["router.versions.next.imageDigest"],
  },
  "the router's images have one place": {
    value: { ...cloud, router: { ...cloud.router, imageRepository } },
    paths: ["router.imageRepository"],
  },
  "a weight has somebody who weighs": {
    value: {
      ...cloud,
      router: {
        versions: { current, next: current },
        rollout: { stable: "current", candidate: "next", weight: 1 },
      },
    },
    paths: ["router.rollout.weight"],
  },
  "requests under way are told by somebody": {
    value: { ...cloud, router: { ...cloud.router, autoscaling: { inFlightPerReplica: 50 } } },
    paths: ["router.autoscaling.inFlightPerReplica"],
  },
  "what models may cost a day is said once": {
    value: { ...cloud, router: router({ budgets: { stack: { day: 20, month: 400 } } }) },
    paths: ["router.versions.current.config.budgets.stack.day"],
  },
  "a version asks for the models that are served": {
    value: {
      ...cloud,
      models: { ollama: { models: ["llama3:8b"] } },
      router: router({ backends: { local: { baseUrl: "http://elsewhere:11434" } } }),
    },
    paths: ["router.versions.current.config.backends.local.baseUrl"],
  },
  "model servers scale upwards, by what Prometheus tells": {
    value: {
      ...cloud,
      models: { ollama: { replicas: 3, maxReplicas: 2 }, autoscaling },
      observability: { metrics: false },
    },
    paths: ["models.ollama.maxReplicas", "observability.metrics"],
  },
  "a pool has room for its models": {
    value: {
      ...cloud,
      regions: [{ ...region, gpuPools: [pool] }],
      models: { ollama: { replicas: 2, gpuPool: "inference" } },
    },
    paths: ["models.ollama.replicas"],
  },
  "a cluster's keys lie in Vault": {
    value: { ...cloud, secrets: { providerKeys: { openai: { pulumi: "openaiKey" } } } },
    paths: ["secrets.providerKeys.openai"],
  },
};

describe("rules", () => {
  it("a pool of accelerators has a limit", () => {
    const { maxGpus: _, ...unlimited } = pool;
    const value = { ...cloud, regions: [{ ...region, gpuPools: [unlimited] }] };
    expect(problemsOf(value)).toEqual(["regions[0].gpuPools[0].maxGpus: allowed: a number; add it"]);
  });

  it("an image that runs has a digest", () => {
    const { controllerDigest: _, ...loose } = kong;
    const [problem = ""] = problemsOf({ ...cloud, gateway: loose });
    expect(problem).toMatch(/^gateway.controllerDigest: allowed: /);
    expect(problemsOf({ ...cloud, gateway: { ...kong, controllerDigest: "3.5.10" } })).toHaveLength(1);
  });

  it("each have a stack that breaks them", () => {
    expect(Object.keys(broken).sort()).toEqual(rules.map(({ name }) => name).sort());
  });

  it.each(Object.entries(broken))("%s", (_, { value, paths }) => {
    expect(problemsOf(value).map((problem) => problem.split(":")[0])).toEqual(paths);
  });

  it("hold for the smallest stack of each kind", () => {
    for (const value of [
      { kind: "local" },
      {
        kind: "cluster",
        cluster: site,
        secrets: airgap.secrets,
        router: { imageRepository, versions: { current } },
      },
      cloud,
      airgap,
    ]) {
      expect(problemsOf(value)).toEqual([]);
    }
  });
});

describe("an environment file", () => {
  const named = (environmentFile: string) => problemsOf({ kind: "local", router: { environmentFile } });

  it("is named so that it is the same wherever it is read", () => {
    expect(named("/etc/router.env")).toEqual([]);
    expect(named("~/.config/router.env")).toEqual([]);
    const told = 'router.environmentFile: given "router.env"; allowed: an absolute path, or one that begins with ~/';
    expect(named("router.env")).toEqual([expect.stringContaining(told)]);
  });

  it("is this machine's: a cluster has none", () => {
    expect(problemsOf({ ...cloud, router: { ...cloud.router, environmentFile: "/etc/router.env" } })).toHaveLength(1);
  });
});

describe("a mesh", () => {
  it("of Linkerd is refused, and what there is is named", () => {
    expect(problemsOf({ ...cloud, mesh: { kind: "linkerd" } })).toEqual([
      'mesh.kind: given "linkerd"; allowed: one of none, istio; change the value',
    ]);
  });
});

describe("networks", () => {
  const network = fc
    .record({ address: fc.nat(0xffffffff), bits: fc.integer({ min: 8, max: 32 }) })
    .map(({ address, bits }) => `${[24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".")}/${bits}`);

  it("overlap with themselves, and alike from both sides", () => {
    fc.assert(
      fc.property(network, network, (a, b) => {
        expect(overlap(a, a)).toBe(true);
        expect(overlap(a, b)).toBe(overlap(b, a));
      }),
    );
  });

  it("next to each other don't", () => {
    expect(overlap("10.0.0.0/16", "10.1.0.0/16")).toBe(false);
    expect(overlap("10.0.0.0/8", "10.255.255.0/24")).toBe(true);
  });
});
