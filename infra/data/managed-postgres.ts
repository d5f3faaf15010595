import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type AwsScope, costIn } from "../region/index.ts";
import { managedPostgresCost } from "./managed-cost.ts";
import { type ManagedNetwork, ManagedStore } from "./managed-store.ts";
import { ports } from "./places.ts";
import { managedEngines } from "./versions.ts";

/** What AWS's PostgreSQL is made from. */
export interface ManagedPostgresArgs {
  readonly provider: "rds" | "aurora";
  readonly network: ManagedNetwork;
  /** Primary and standbys; with RDS one standby, in another zone. */
  readonly instances: number;
  readonly readReplicas: number;
  readonly storageGiB: number;
  readonly retentionDays: number;
  /** @default that of `managedEngines` */
  readonly instanceClass?: string | undefined;
  readonly databaseName: string;
}

/** The server's own owner: its password is AWS's secret, and the router's role is another. */
export const masterUser = "hybrid_llm_owner";
const typeToken = "hybrid-llm:data:ManagedPostgres";

/**
 * PostgreSQL that AWS runs: encrypted by a key of its own, TLS forced, reached from the cluster's nodes alone, its
 * password made, kept and rotated by Secrets Manager, so that it is in no state. In production it can't be deleted.
 *
 * Cost: each instance by the hour (RDS doubles it with a standby), storage by the GB-month (RDS: `storageGiB` for each
 * instance; Aurora: what is used, once), backups past the size of the database, a KMS key and a secret by the month.
 */
export class ManagedPostgres extends ManagedStore {
  /** Host names, whose port is 5432. */
  readonly primary: pulumi.Output<string>;
  readonly readers: readonly pulumi.Output<string>[];
  /** The ARN of the secret that Secrets Manager keeps for the master. */
  readonly masterSecretArn: pulumi.Output<string>;
  readonly keyArn: pulumi.Output<string>;
  readonly #args: ManagedPostgresArgs;

  constructor(name: string, scope: AwsScope, args: ManagedPostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    const { provider, instances, readReplicas, storageGiB } = args;
    const instanceClass = args.instanceClass ?? managedEngines[provider].instanceClass;
    const cost = costIn(scope, managedPostgresCost({ ...args, instanceClass }));
    super(typeToken, name, scope, { provider, instances, readReplicas, storageGiB, instanceClass, ...cost }, opts);
    this.#args = args;
    const key = this.createKey(`Data of ${scope.physical("database")}`);
    this.keyArn = key.arn;
    const subnets = new aws.rds.SubnetGroup(
      this.named("subnets"),
      { name: scope.physical("database"), subnetIds: [...args.network.subnetIds] },
      this.own(),
    );
    const common = {
      dbSubnetGroupName: subnets.name,
      vpcSecurityGroupIds: [this.createAccess(args.network, ports.postgres, "The database, for the cluster's nodes")],
      kmsKeyId: key.arn,
      storageEncrypted: true,
    };
    const made =
      provider === "aurora" ? this.#createAurora(instanceClass, common) : this.#createRds(instanceClass, common);
    this.primary = made.primary;
    this.readers = made.readers;
    this.masterSecretArn = made.secrets.apply((secrets) => secrets?.[0]?.secretArn ?? "");
    this.registerOutputs({ primary: this.primary });
  }

  /** What holds for both kinds: whose password is whose, and what happens at the end. */
  #kept() {
    const { scope } = this;
    const { engine, version } = managedEngines[this.#args.provider];
    return {
      engine,
      engineVersion: version,
      manageMasterUserPassword: true,
      masterUserSecretKmsKeyId: this.keyArn,
      backupRetentionPeriod: Math.min(35, this.#args.retentionDays),
      copyTagsToSnapshot: true,
      deletionProtection: scope.production,
      skipFinalSnapshot: !scope.production,
      ...(scope.production ? { finalSnapshotIdentifier: scope.physical("database-final") } : {}),
      enabledCloudwatchLogsExports: ["postgresql"],
      iamDatabaseAuthenticationEnabled: false,
    };
  }

  #createAurora(instanceClass: string, common: Common): Made {
    const { scope } = this;
    const { instances, readReplicas, databaseName } = this.#args;
    const { family, version } = managedEngines.aurora;
    const parameters = new aws.rds.ClusterParameterGroup(
      this.named("parameters"),
      { name: scope.physical("database"), family, parameters: forcedTls },
      this.own(),
    );
    const cluster = new aws.rds.Cluster(
      this.named("cluster"),
      {
        ...common,
        ...this.#kept(),
        engine: aws.rds.EngineType.AuroraPostgresql,
        clusterIdentifier: scope.physical("database", 63),
        databaseName,
        masterUsername: masterUser,
        dbClusterParameterGroupName: parameters.name,
      },
      this.own({ protect: scope.production }),
    );
    for (let index = 0; index < instances + readReplicas; index += 1) {
      new aws.rds.ClusterInstance(
        this.named(`instance-${index}`),
        {
          clusterIdentifier: cluster.id,
          identifier: scope.physical(`database-${index}`, 63),
          engine: aws.rds.EngineType.AuroraPostgresql,
          engineVersion: version,
          instanceClass,
          dbSubnetGroupName: common.dbSubnetGroupName,
          publiclyAccessible: false,
          // Read replicas are the last to become primary.
          promotionTier: index < instances ? 0 : 15,
          performanceInsightsEnabled: true,
          performanceInsightsKmsKeyId: this.keyArn,
          autoMinorVersionUpgrade: false,
        },
        this.own({ protect: scope.production }),
      );
    }
    const readers = readReplicas > 0 ? [cluster.readerEndpoint] : [];
    return { primary: cluster.endpoint, readers, secrets: cluster.masterUserSecrets };
  }

  #createRds(instanceClass: string, common: Common): Made {
    const { scope } = this;
    const { instances, readReplicas, storageGiB, databaseName } = this.#args;
    const parameters = new aws.rds.ParameterGroup(
      this.named("parameters"),
      { name: scope.physical("database"), family: managedEngines.rds.family, parameters: forcedTls },
      this.own(),
    );
    const each = {
      instanceClass,
      parameterGroupName: parameters.name,
      storageType: "gp3",
      maxAllocatedStorage: storageGiB * 2,
      publiclyAccessible: false,
      performanceInsightsEnabled: true,
      performanceInsightsKmsKeyId: this.keyArn,
      autoMinorVersionUpgrade: false,
    };
    const primary = new aws.rds.Instance(
      this.named("primary"),
      {
        ...common,
        ...this.#kept(),
        ...each,
        identifier: scope.physical("database", 63),
        dbName: databaseName,
        username: masterUser,
        allocatedStorage: storageGiB,
        multiAz: instances > 1,
      },
      this.own({ protect: scope.production }),
    );
    const readers = Array.from(
      { length: readReplicas },
      (_, index) =>
        new aws.rds.Instance(
          this.named(`replica-${index}`),
          {
            ...each,
            identifier: scope.physical(`database-replica-${index}`, 63),
            replicateSourceDb: primary.identifier,
            vpcSecurityGroupIds: common.vpcSecurityGroupIds,
            storageEncrypted: true,
            kmsKeyId: this.keyArn,
            skipFinalSnapshot: true,
            deletionProtection: scope.production,
          },
          this.own({ protect: scope.production }),
        ).address,
    );
    return { primary: primary.address, readers, secrets: primary.masterUserSecrets };
  }
}

interface Common {
  readonly dbSubnetGroupName: pulumi.Output<string>;
  readonly vpcSecurityGroupIds: pulumi.Output<string>[];
  readonly kmsKeyId: pulumi.Output<string>;
  readonly storageEncrypted: boolean;
}

interface Made {
  readonly primary: pulumi.Output<string>;
  readonly readers: readonly pulumi.Output<string>[];
  /** A preview may have none, not even unknown ones. */
  readonly secrets: pulumi.Output<readonly { readonly secretArn?: string }[] | undefined>;
}

const forcedTls = [{ name: "rds.force_ssl", value: "1" }];
