import type { Registered } from "../../infra/cost/index.ts";

/** A component of a plan, with what it says of itself at its registration. */
export type PlannedComponent = Pick<Registered, "type" | "properties">;

/** What a box shows. */
export interface Part {
  readonly title: string;
  readonly facts: readonly string[];
}

type Inputs = PlannedComponent["properties"];
/** How a component is shown, by its type without the project; what isn't listed is a detail of another. */
type Shown = { readonly title: string | ((inputs: Inputs) => string); readonly facts: (inputs: Inputs) => string[] };

const text = (value: unknown): string => String(value ?? "");
const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
const number = (value: unknown): number => Number(value ?? 0);
const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
const replicas = ({ minReplicas, maxReplicas }: Inputs): string =>
  minReplicas === maxReplicas
    ? counted(number(minReplicas), "replica")
    : `${text(minReplicas)} to ${text(maxReplicas)} replicas`;
const none = (): string[] => [];

/** Rows from where requests come in down to what carries everything, each with its components from left to right. */
export const rows: readonly Readonly<Record<string, Shown>>[] = [
  {
    "gateway:EntryLoadBalancer": {
      title: "Load balancer",
      facts: ({ exposure }) => [exposure === "internet" ? "in the internet" : "in the region's network"],
    },
    "gateway:KongGateway": {
      title: "Kong",
      facts: (inputs) => [counted(number(inputs.replicas), "replica"), text(inputs.hostname)],
    },
    "gateway:ApiGateway": { title: "API Gateway", facts: ({ hostname }) => [text(hostname)] },
  },
  {
    "router:RouterDeployment": {
      title: ({ version }) => `Router, version ${text(version)}`,
      facts: (inputs) => [replicas(inputs), `${text(inputs.cpu)} CPU, ${text(inputs.memory)} each`],
    },
  },
  {
    "models:Ollama": {
      title: "Ollama",
      facts: (inputs) => [list(inputs.models).join(", "), replicas(inputs), accelerators(inputs)],
    },
    "models:Triton": {
      title: "Triton",
      facts: (inputs) => [list(inputs.models).join(", "), replicas(inputs), accelerators(inputs)],
    },
  },
  {
    "data:ManagedPostgres": {
      title: ({ provider }) => (provider === "aurora" ? "Aurora PostgreSQL" : "RDS PostgreSQL"),
      facts: ({ instanceClass, instances, readReplicas }) => [
        text(instanceClass),
        counted(number(instances), "instance"),
        counted(number(readReplicas), "read replica"),
      ],
    },
    "data:Postgres": {
      title: "PostgreSQL",
      facts: ({ instances, readReplicas }) => [
        counted(number(instances), "instance"),
        counted(number(readReplicas), "read replica"),
      ],
    },
    "data:Elasticache": {
      title: "ElastiCache",
      facts: ({ nodeType, shards, replicasPerShard }) => [text(nodeType), shardsOf(shards, replicasPerShard)],
    },
    "data:Redis": {
      title: ({ flavor }) => (flavor === "redis" ? "Redis" : "Valkey"),
      facts: ({ shards, replicasPerShard }) => [shardsOf(shards, replicasPerShard)],
    },
    "data:Chroma": { title: "Chroma", facts: none },
  },
  {
    "secrets:Vault": {
      title: "Vault",
      facts: (inputs) => [counted(number(inputs.replicas), "server"), `unsealed by ${text(inputs.unseal)}`],
    },
    "observability:Prometheus": {
      title: "Prometheus",
      facts: ({ retentionDays }) => [`${text(retentionDays)} days`],
    },
    "observability:Tracing": {
      title: "Traces",
      facts: ({ store }) => [`to ${store === "jaeger" ? "Jaeger" : "another store"}`],
    },
  },
  {
    "mesh:Istio": { title: "Istio", facts: () => ["ambient mesh"] },
    "sandbox:Sandbox": { title: "Sandbox", facts: () => ["gVisor"] },
    "chaos:ChaosMesh": { title: "Chaos Mesh", facts: none },
    "keda:Keda": { title: "KEDA", facts: () => ["models by queue"] },
  },
  {
    "cluster:SystemNodes": {
      title: "System nodes",
      facts: ({ instanceType, min, max }) => [text(instanceType), `${text(min)} to ${text(max)}`],
    },
    "karpenter:Karpenter": {
      title: "Karpenter",
      facts: ({ maxCpus, maxGpus }) => [
        `≤ ${text(maxCpus)} CPUs`,
        ...Object.values((maxGpus ?? {}) as Record<string, number>).map((most) => `≤ ${most} GPUs`),
      ],
    },
    "network:Network": {
      title: "Network",
      facts: ({ natGateways }) => [counted(number(natGateways), "NAT gateway")],
    },
  },
];

/** What stands before all regions. */
export const edges: Readonly<Record<string, Shown>> = {
  "edge:CloudflareEdge": {
    title: "Cloudflare",
    facts: ({ hostname, steering }) => [text(hostname), `to the healthy region, by ${text(steering)}`],
  },
  "edge:AcceleratorEdge": { title: "Global Accelerator", facts: ({ hostname }) => [text(hostname)] },
  "edge:LatencyEdge": { title: "Route 53", facts: ({ hostname }) => [text(hostname), "to the nearest region"] },
};

/** The boxes of one row. */
export function partsOf(row: Readonly<Record<string, Shown>>, components: readonly PlannedComponent[]): Part[] {
  return Object.entries(row).flatMap(([type, { title, facts }]) =>
    components
      .filter((component) => component.type === `hybrid-llm:${type}`)
      .map(({ properties }) => ({
        title: typeof title === "string" ? title : title(properties),
        facts: facts(properties),
      })),
  );
}

const accelerators = ({ gpusPerReplica }: Inputs): string =>
  number(gpusPerReplica) === 0 ? "on CPUs" : `${counted(number(gpusPerReplica), "GPU")} each`;

const shardsOf = (shards: unknown, replicasPerShard: unknown): string =>
  `${counted(number(shards), "shard")} of ${1 + number(replicasPerShard)}`;
