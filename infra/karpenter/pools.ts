import { isArm } from "../cluster/index.ts";
import { nodeImage } from "../versions.ts";

/** How instances are paid for. `spot` may be taken away at any time. */
export type Capacity = "on-demand" | "spot" | "reserved";

/** Nodes with accelerators. */
export interface GpuPool {
  readonly name: string;
  /** Such as `l4`. */
  readonly accelerator: string;
  readonly instanceFamilies: readonly string[];
  /** Such as `2xlarge`; all of the families where absent. */
  readonly instanceSizes?: readonly string[] | undefined;
  /** Never more than so many at once: the cap on what the pool can cost. */
  readonly maxGpus: number;
  readonly capacity: Capacity;
}

/** Nodes for everything else. */
export interface GeneralPool {
  readonly instanceFamilies: readonly string[];
  /** Never more virtual CPUs than so many at once. */
  readonly maxCpus: number;
}

/** The label of a node that says which pool it is of. */
export const poolLabel = "hybrid-llm.io/pool";

/** What keeps pods that ask for no accelerator off the nodes that have one. */
export const gpuTaint = { key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" } as const;

/** Room for images, and for the models that are cached on the node. */
const diskGiB = { general: 50, gpu: 200 } as const;

/** A pool as Karpenter's two objects, both under the pool's name. */
export interface PoolObjects {
  readonly name: string;
  readonly nodeClass: Readonly<Record<string, unknown>>;
  readonly nodePool: Readonly<Record<string, unknown>>;
}

/** A pool of accelerators: tainted, limited by their number, and never emptied while something runs on it. */
export function gpuPoolObjects(pool: GpuPool, clusterName: string, instanceProfile: string): PoolObjects {
  const { name, accelerator, instanceFamilies, instanceSizes, maxGpus, capacity } = pool;
  return {
    name,
    nodeClass: nodeClassOf(clusterName, instanceProfile, diskGiB.gpu),
    nodePool: {
      template: {
        metadata: {
          labels: {
            [poolLabel]: name,
            "hybrid-llm.io/accelerator": accelerator,
            "nvidia.com/gpu.present": "true",
          },
        },
        spec: {
          nodeClassRef: nodeClassRef(name),
          taints: [gpuTaint],
          requirements: requirementsOf(instanceFamilies, capacityTypes[capacity], instanceSizes),
          expireAfter: "720h",
        },
      },
      limits: { "nvidia.com/gpu": maxGpus },
      disruption: { consolidationPolicy: "WhenEmpty", consolidateAfter: "10m", budgets: [{ nodes: "1" }] },
    },
  };
}

/** The pool of everything that asks for no accelerator: limited by CPUs, and packed when it's half empty. */
export function generalPoolObjects(pool: GeneralPool, clusterName: string, instanceProfile: string): PoolObjects {
  const name = "general";
  return {
    name,
    nodeClass: nodeClassOf(clusterName, instanceProfile, diskGiB.general),
    nodePool: {
      template: {
        metadata: { labels: { [poolLabel]: name } },
        spec: {
          nodeClassRef: nodeClassRef(name),
          requirements: requirementsOf(pool.instanceFamilies, ["on-demand"]),
          expireAfter: "720h",
        },
      },
      limits: { cpu: pool.maxCpus },
      disruption: {
        consolidationPolicy: "WhenEmptyOrUnderutilized",
        consolidateAfter: "5m",
        budgets: [{ nodes: "1" }],
      },
    },
  };
}

const capacityTypes: Readonly<Record<Capacity, readonly string[]>> = {
  "on-demand": ["on-demand"],
  spot: ["spot"],
  // What is reserved and used up goes on with on-demand, at the price that the budget reckons with.
  reserved: ["on-demand", "reserved"],
};

const nodeClassRef = (name: string) => ({ group: "karpenter.k8s.aws", kind: "EC2NodeClass", name });

function requirementsOf(
  families: readonly string[],
  capacity: readonly string[],
  sizes?: readonly string[],
): Record<string, unknown>[] {
  const architectures = new Set(families.map((family) => (isArm(`${family}.`) ? "arm64" : "amd64")));
  const among = (key: string, values: Iterable<string>) => ({ key, operator: "In", values: [...values].sort() });
  return [
    among("karpenter.k8s.aws/instance-family", families),
    ...(sizes === undefined ? [] : [among("karpenter.k8s.aws/instance-size", sizes)]),
    among("karpenter.sh/capacity-type", capacity),
    among("kubernetes.io/arch", architectures),
    among("kubernetes.io/os", ["linux"]),
  ];
}

/** Nodes like those of the managed group: encrypted disks, and metadata that no pod reaches. */
function nodeClassOf(clusterName: string, instanceProfile: string, gib: number): Record<string, unknown> {
  return {
    instanceProfile,
    amiSelectorTerms: [{ alias: nodeImage }],
    subnetSelectorTerms: [{ tags: { "karpenter.sh/discovery": clusterName } }],
    securityGroupSelectorTerms: [{ tags: { "aws:eks:cluster-name": clusterName } }],
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
    blockDeviceMappings: [
      {
        deviceName: "/dev/xvda",
        ebs: { volumeType: "gp3", volumeSize: `${gib}Gi`, encrypted: true, deleteOnTermination: true },
      },
    ],
  };
}
