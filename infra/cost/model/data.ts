import { exactly } from "../range.ts";
import { type Reader, Unpriceable } from "../reader.ts";
import { all, free, type Part, type Rules, type Surroundings } from "./rule.ts";

/** Databases, caches, keys and stores. */
export const dataRules: Rules = {
  "aws:rds/instance:Instance": { parts: rdsInstance },
  "aws:rds/cluster:Cluster": {
    // Its instances have the hours; storage and requests are told by use.
    parts(inputs) {
      auroraKind(inputs);
      return [];
    },
    usage: (inputs) =>
      auroraKind(inputs) === "io-optimized"
        ? [["aurora.storage.io-optimized"]]
        : [["aurora.storage.standard"], ["aurora.io"]],
  },
  "aws:rds/clusterInstance:ClusterInstance": {
    parts(inputs, around) {
      const type = inputs.string("instanceClass");
      const kind = around.others("aws:rds/cluster:Cluster").some((each) => auroraKind(each.inputs) === "io-optimized")
        ? "io-optimized"
        : "standard";
      return [{ what: `Aurora ${type}`, price: `aurora.postgres.${type}.${kind}`, quantity: exactly(1) }];
    },
  },
  "aws:elasticache/replicationGroup:ReplicationGroup": {
    parts(inputs) {
      const nodes = inputs.has("numNodeGroups")
        ? inputs.number("numNodeGroups") * (1 + inputs.number("replicasPerNodeGroup"))
        : inputs.number("numCacheClusters");
      return cacheNodes(inputs, nodes);
    },
  },
  "aws:elasticache/cluster:Cluster": { parts: (inputs) => cacheNodes(inputs, inputs.number("numCacheNodes")) },
  "aws:kms/key:Key": {
    // Each of the first two yearly rotations adds a dollar a month; later ones don't.
    parts: (inputs) => [
      {
        what: "key",
        price: "kms.key",
        quantity: { min: 1, expected: 1, max: inputs.boolean("enableKeyRotation", false) ? 3 : 1 },
      },
    ],
    usage: () => [["kms.requests"]],
  },
  "aws:kms/replicaKey:ReplicaKey": {
    parts: () => [{ what: "replica of a key", price: "kms.key", quantity: { min: 1, expected: 1, max: 3 } }],
    usage: () => [["kms.requests"]],
  },
  "aws:secretsmanager/secret:Secret": {
    parts: () => [{ what: "secret", price: "secretsmanager.secret", quantity: exactly(1) }],
    usage: () => [["secretsmanager.requests"]],
  },
  "aws:s3/bucket:Bucket": { parts: () => [], usage: () => [["s3.standard"]] },
  "aws:s3/bucketV2:BucketV2": { parts: () => [], usage: () => [["s3.standard"]] },
  "aws:ecr/repository:Repository": { parts: () => [], usage: () => [["ecr.storage"]] },
  "aws:sqs/queue:Queue": {
    parts: () => [],
    usage: (inputs) => [[inputs.boolean("fifoQueue", false) ? "sqs.fifo" : "sqs.standard"]],
  },
  "aws:cloudwatch/logGroup:LogGroup": {
    parts: () => [],
    usage: () => [["cloudwatch.logs.ingest"], ["cloudwatch.logs.storage"]],
  },
  ...all(
    [
      "aws:rds/clusterParameterGroup:ClusterParameterGroup",
      "aws:rds/parameterGroup:ParameterGroup",
      "aws:rds/subnetGroup:SubnetGroup",
      "aws:elasticache/parameterGroup:ParameterGroup",
      "aws:elasticache/subnetGroup:SubnetGroup",
      "aws:elasticache/user:User",
      "aws:elasticache/userGroup:UserGroup",
      "aws:kms/alias:Alias",
      "aws:kms/grant:Grant",
      "aws:kms/keyPolicy:KeyPolicy",
      "aws:secretsmanager/secretPolicy:SecretPolicy",
      "aws:secretsmanager/secretVersion:SecretVersion",
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
      "aws:s3/bucketLogging:BucketLogging",
      "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
      "aws:s3/bucketPolicy:BucketPolicy",
      "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      "aws:s3/bucketVersioning:BucketVersioning",
      "aws:ecr/lifecyclePolicy:LifecyclePolicy",
      "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
      "aws:ecr/registryPolicy:RegistryPolicy",
      "aws:ecr/repositoryPolicy:RepositoryPolicy",
      "aws:sqs/queuePolicy:QueuePolicy",
      "aws:sqs/redrivePolicy:RedrivePolicy",
      "aws:cloudwatch/eventRule:EventRule",
      "aws:cloudwatch/eventTarget:EventTarget",
      "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
    ],
    free("a setting of something that is priced itself; events of AWS services are not billed"),
  ),
  ...all(
    [
      "aws:iam/instanceProfile:InstanceProfile",
      "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
      "aws:iam/policy:Policy",
      "aws:iam/policyAttachment:PolicyAttachment",
      "aws:iam/role:Role",
      "aws:iam/rolePolicy:RolePolicy",
      "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
      "aws:iam/serviceLinkedRole:ServiceLinkedRole",
    ],
    free("IAM is not billed"),
  ),
};

/** A replica has the engine and the size of what it follows, which another registration of the region says. */
function rdsInstance(inputs: Reader, { others }: Surroundings): Part[] {
  const followed = inputs.has("replicateSourceDb")
    ? others("aws:rds/instance:Instance").filter((each) => !each.inputs.has("replicateSourceDb"))
    : [];
  if (followed.length > 1) {
    throw new Unpriceable("replicateSourceDb: the region has several databases, and which one it is isn't known");
  }
  const of = followed[0]?.inputs ?? inputs;
  const engine = of.string("engine");
  if (engine !== "postgres") throw new Unpriceable(`engine is ${engine}; there are prices for postgres alone`);
  const type = inputs.string("instanceClass");
  const zones = inputs.boolean("multiAz", false) ? "multi-az" : "single-az";
  const storage = inputs.string("storageType");
  if (storage !== "gp3") throw new Unpriceable(`storageType is ${storage}; there are prices for gp3 alone`);
  if (inputs.number("iops", 3000) > 3000) throw new Unpriceable("iops: the table has no price for more than 3000");
  const size = of.number("allocatedStorage");
  return [
    { what: `PostgreSQL ${type}, ${zones}`, price: `rds.postgres.${type}.${zones}`, quantity: exactly(1) },
    {
      what: `storage, ${zones}`,
      price: `rds.gp3.storage.${zones}`,
      quantity: { min: size, expected: size, max: Math.max(size, inputs.number("maxAllocatedStorage", 0)) },
    },
  ];
}

function auroraKind(inputs: Reader): "standard" | "io-optimized" {
  const engine = inputs.string("engine");
  if (engine !== "aurora-postgresql") {
    throw new Unpriceable(`engine is ${engine}; there are prices for aurora-postgresql alone`);
  }
  if (inputs.has("serverlessv2ScalingConfiguration")) {
    throw new Unpriceable("serverlessv2ScalingConfiguration: capacity units are not in the price table");
  }
  return inputs.string("storageType", "") === "aurora-iopt1" ? "io-optimized" : "standard";
}

function cacheNodes(inputs: Reader, nodes: number): Part[] {
  const engine = inputs.string("engine");
  const type = inputs.string("nodeType");
  if (inputs.number("snapshotRetentionLimit", 0) > 1) {
    throw new Unpriceable("snapshotRetentionLimit: one snapshot is free, and the table has no price for more");
  }
  return [{ what: `${engine} ${type}`, price: `elasticache.${engine}.${type}`, quantity: exactly(nodes) }];
}
