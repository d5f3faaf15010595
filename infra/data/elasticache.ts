import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { nodeTypeFor } from "../elasticache-nodes.ts";
import { type AwsScope, costIn } from "../region/index.ts";
import { type ManagedNetwork, ManagedStore, storeKey } from "./managed-store.ts";
import { type Endpoint, ports, redisUser } from "./places.ts";
import { managedEngines } from "./versions.ts";

/** What AWS's Redis is made from. */
export interface ElasticacheArgs {
  readonly network: ManagedNetwork;
  readonly shards: number;
  readonly replicasPerShard: number;
  /** For data, on each node. */
  readonly memoryGiB: number;
  /** One is free; what is in Redis can be counted anew from the ledger. */
  readonly snapshotDays: number;
}

const typeToken = "hybrid-llm:data:Elasticache";

/**
 * Valkey in cluster mode by ElastiCache: TLS, encrypted by a key of its own, reached from the cluster's nodes alone, never
 * evicting. Its one user begins switched off; a job of the cluster gives it its password from Vault and switches it on
 * (`AwsPasswords`), so that the password is in no state. In production the group can't be deleted without a last snapshot.
 *
 * Cost: each node by the hour, `shards * (1 + replicasPerShard)` of them; snapshots by the GB-month; a KMS key by the month.
 */
export class Elasticache extends ManagedStore {
  readonly endpoint: pulumi.Output<Endpoint>;
  readonly userArn: pulumi.Output<string>;
  readonly userId: string;

  constructor(name: string, scope: AwsScope, args: ElasticacheArgs, opts?: pulumi.ComponentResourceOptions) {
    const { network, shards, replicasPerShard, memoryGiB, snapshotDays } = args;
    const nodeType = nodeTypeFor(memoryGiB);
    const { engine, version, family } = managedEngines.elasticache;
    const cost = costIn(scope, {
      lines: { [`elasticache.${engine}.${nodeType}`]: shards * (1 + replicasPerShard), ...storeKey.lines },
      usage: storeKey.usage,
    });
    super(typeToken, name, scope, { nodeType, shards, replicasPerShard, ...cost }, opts);
    this.userId = scope.physical("redis-router", 40);
    const key = this.createKey(`Data of ${scope.physical("redis")}`);
    const subnets = new aws.elasticache.SubnetGroup(
      this.named("subnets"),
      { name: scope.physical("redis"), subnetIds: [...network.subnetIds] },
      this.own(),
    );
    const parameters = new aws.elasticache.ParameterGroup(
      this.named("parameters"),
      {
        name: scope.physical("redis"),
        family,
        parameters: [
          { name: "cluster-enabled", value: "yes" },
          { name: "maxmemory-policy", value: "noeviction" },
        ],
      },
      this.own(),
    );
    const { user, group } = this.#createUsers(engine);
    this.userArn = user.arn;
    const servers = new aws.elasticache.ReplicationGroup(
      this.named("servers"),
      {
        replicationGroupId: scope.physical("redis", 40),
        description: `Budgets, rates and answers of ${scope.physical("router")}`,
        engine,
        engineVersion: version,
        nodeType,
        clusterMode: "enabled",
        numNodeGroups: shards,
        replicasPerNodeGroup: replicasPerShard,
        automaticFailoverEnabled: true,
        multiAzEnabled: replicasPerShard > 0,
        parameterGroupName: parameters.name,
        subnetGroupName: subnets.name,
        securityGroupIds: [this.createAccess(network, ports.redis, "Redis, for the cluster's nodes")],
        port: ports.redis,
        transitEncryptionEnabled: true,
        transitEncryptionMode: "required",
        atRestEncryptionEnabled: true,
        kmsKeyId: key.arn,
        userGroupIds: [group.userGroupId],
        snapshotRetentionLimit: snapshotDays,
        autoMinorVersionUpgrade: false,
        ...(scope.production ? { finalSnapshotIdentifier: scope.physical("redis-final", 255) } : {}),
      },
      this.own({ protect: scope.production }),
    );
    this.endpoint = servers.configurationEndpointAddress.apply((host) => ({ host, port: ports.redis }));
    this.registerOutputs({ endpoint: this.endpoint });
  }

  #createUsers(engine: string): { user: aws.elasticache.User; group: aws.elasticache.UserGroup } {
    const { scope } = this;
    const user = new aws.elasticache.User(
      this.named("user"),
      {
        userId: this.userId,
        userName: redisUser.elasticache,
        engine,
        accessString: "off ~* -@all",
        authenticationMode: { type: "no-password-required" },
      },
      // From here on the job says who gets in, and with what.
      this.own({ ignoreChanges: ["accessString", "authenticationMode", "noPasswordRequired", "passwords"] }),
    );
    const group = new aws.elasticache.UserGroup(
      this.named("users"),
      { userGroupId: scope.physical("redis", 40), engine, userIds: [user.userId] },
      this.own(),
    );
    return { user, group };
  }
}
