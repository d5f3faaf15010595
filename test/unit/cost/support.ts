import {
  CostManifest,
  type CostManifestInput,
  type CostResource,
  type DeclaredManifest,
  plainProperties,
} from "../../../infra/cost/index.ts";

/** A registration in a region. */
export function resource(
  type: string,
  properties: Record<string, unknown>,
  { region = "us-east-1", name = "it", capability = "region" }: Partial<CostResource> = {},
): CostResource {
  return { type, name, region, capability, properties: plainProperties(properties) };
}

export function declared(manifest: CostManifestInput, capability = "region"): DeclaredManifest {
  return { component: `hybrid-llm:${capability}:Thing thing`, capability, manifest: CostManifest.parse(manifest) };
}

/** Zero of everything that is billed by use. */
export function noUsage(regions: readonly string[]): DeclaredManifest {
  const regional = [
    "nat.data",
    "egress.internet",
    "alb.lcu",
    "nlb.nlcu",
    "ipv4.public",
    "vpce.interface.data",
    "kms.requests",
    "s3.standard",
    "ecr.storage",
    "cloudwatch.logs.ingest",
    "cloudwatch.logs.storage",
    "secretsmanager.requests",
    "apigateway.http",
  ];
  return declared({ usage: regions.flatMap((region) => regional.map((price) => ({ price, region, quantity: 0 }))) });
}

const volume = { ebs: { volumeType: "gp3", volumeSize: "100Gi" } };

/** One registration of each priced type, whole; `drivers` decide its cost and have no documented default. */
export const samples: readonly { type: string; properties: Record<string, unknown>; drivers: readonly string[] }[] = [
  {
    type: "aws:eks/nodeGroup:NodeGroup",
    properties: {
      instanceTypes: ["m7g.large"],
      scalingConfig: { minSize: 2, desiredSize: 3, maxSize: 6 },
      diskSize: 50,
    },
    drivers: [
      "instanceTypes",
      "scalingConfig",
      "scalingConfig.minSize",
      "scalingConfig.desiredSize",
      "scalingConfig.maxSize",
    ],
  },
  {
    type: "aws:ec2/instance:Instance",
    properties: { instanceType: "t3.medium", rootBlockDevice: { volumeType: "gp3", volumeSize: 30 } },
    drivers: ["instanceType", "rootBlockDevice", "rootBlockDevice.volumeType", "rootBlockDevice.volumeSize"],
  },
  { type: "aws:ebs/volume:Volume", properties: { type: "gp3", size: 500, iops: 4000 }, drivers: ["type", "size"] },
  {
    type: "aws:lb/loadBalancer:LoadBalancer",
    properties: { loadBalancerType: "network", internal: false, subnets: ["a", "b", "c"] },
    drivers: ["subnets"],
  },
  {
    type: "aws:ec2/vpcEndpoint:VpcEndpoint",
    properties: { vpcEndpointType: "Interface", subnetIds: ["a", "b", "c"] },
    drivers: ["subnetIds"],
  },
  {
    type: "aws:rds/instance:Instance",
    properties: {
      engine: "postgres",
      instanceClass: "db.m7g.large",
      storageType: "gp3",
      allocatedStorage: 100,
      multiAz: true,
    },
    drivers: ["engine", "instanceClass", "storageType", "allocatedStorage"],
  },
  {
    type: "aws:rds/clusterInstance:ClusterInstance",
    properties: { instanceClass: "db.r7g.large" },
    drivers: ["instanceClass"],
  },
  {
    type: "aws:elasticache/replicationGroup:ReplicationGroup",
    properties: { engine: "valkey", nodeType: "cache.m7g.large", numNodeGroups: 2, replicasPerNodeGroup: 1 },
    drivers: ["engine", "nodeType", "replicasPerNodeGroup"],
  },
  {
    type: "aws:route53/healthCheck:HealthCheck",
    properties: { type: "HTTPS", requestInterval: 10 },
    drivers: ["type"],
  },
  {
    type: "cloudflare:index/loadBalancerPool:LoadBalancerPool",
    properties: { origins: [{}, {}, {}] },
    drivers: ["origins"],
  },
  {
    type: "kubernetes:core/v1:PersistentVolumeClaim",
    properties: { spec: { storageClassName: "gp3", resources: { requests: { storage: "50Gi" } } } },
    drivers: ["spec", "spec.resources", "spec.resources.requests", "spec.resources.requests.storage"],
  },
  {
    type: "kubernetes:postgresql.cnpg.io/v1:Cluster",
    properties: { spec: { instances: 3, storage: { size: "20Gi" } } },
    drivers: ["spec.instances", "spec.storage", "spec.storage.size"],
  },
];

export const nodeClass = resource(
  "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass",
  { metadata: { name: "gpu" }, spec: { blockDeviceMappings: [volume] } },
  { name: "gpu-class" },
);

/** A Karpenter pool; `change` reaches into its spec. */
export function pool(limits: Record<string, unknown> | undefined, requirements: readonly unknown[]): CostResource {
  return resource("kubernetes:karpenter.sh/v1:NodePool", {
    spec: {
      ...(limits ? { limits } : {}),
      template: { spec: { nodeClassRef: { name: "gpu" }, requirements } },
    },
  });
}

export const families = (...values: string[]) => ({ key: "karpenter.k8s.aws/instance-family", operator: "In", values });

/** A copy with one property set, by its dotted path; undefined takes it out. */
export function withProperty(
  properties: Record<string, unknown>,
  path: string,
  value: unknown,
): Record<string, unknown> {
  const copy = structuredClone(properties);
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  let at = copy;
  for (const key of keys) at = at[key] as Record<string, unknown>;
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}
