import type * as pulumi from "@pulumi/pulumi";
import { type CloudRegionScope, RegionComponent, type RegionScope } from "../region/index.ts";
import type { IssuerReference } from "../workload/index.ts";
import { AwsPasswords } from "./aws-passwords.ts";
import { BackupStore } from "./backup-store.ts";
import { Chroma } from "./chroma.ts";
import { CloudNativePg } from "./cloudnative-pg.ts";
import { Elasticache } from "./elasticache.ts";
import { ManagedPostgres } from "./managed-postgres.ts";
import type { ManagedNetwork } from "./managed-store.ts";
import { Pgbouncer } from "./pgbouncer.ts";
import { database, endpointsOf, type StoreChoice, type StoreEndpoints, stores } from "./places.ts";
import { type BackupTarget, Postgres } from "./postgres.ts";
import type { PoolerSettings } from "./postgres-spec.ts";
import { Redis, refuseWithoutElection } from "./redis.ts";
import { routerEnvironment } from "./router-environment.ts";

/** `data` of a stack's configuration. */
export interface DataSettings extends StoreChoice {
  readonly postgres: StoreChoice["postgres"] & {
    readonly instances: number;
    readonly storageGiB: number;
    readonly instanceClass?: string | undefined;
    readonly backups: {
      readonly retentionDays: number;
      readonly bucket?: string | undefined;
      readonly endpoint?: string | undefined;
      readonly credentialsSecret?: string | undefined;
    };
  };
  readonly pooler: PoolerSettings;
  readonly redis: StoreChoice["redis"] & { readonly memoryGiB: number };
  readonly chroma?: { readonly storageGiB: number } | undefined;
}

/** What a region's stores are made from. */
export interface DataArgs {
  readonly settings: DataSettings;
  readonly issuer: IssuerReference;
  /** Whether Vault holds the stores' passwords already: pods wait for these, and nothing waits for the pods before. */
  readonly credentialsReady: boolean;
  /** In AWS. */
  readonly cloud?: { readonly clusterName: string; readonly network: ManagedNetwork } | undefined;
  /** The authority of AWS's databases, PEM: see `Pgbouncer`. */
  readonly databaseCa?: pulumi.Input<string> | undefined;
}

const typeToken = "hybrid-llm:data:Data";

/**
 * A region's stores, each in the cluster or in AWS by the stack's choice, under the same names for whoever asks.
 *
 * Cost: that of its parts.
 */
export class Data extends RegionComponent<RegionScope> {
  readonly endpoints: StoreEndpoints;
  /** Templates of the router's environment; see `routerEnvironment`. */
  readonly environment: Record<string, pulumi.Input<string>>;
  readonly #args: DataArgs;

  /** @throws RangeError for a choice that only AWS has, elsewhere */
  constructor(name: string, scope: RegionScope, args: DataArgs, opts?: pulumi.ComponentResourceOptions) {
    const { settings } = args;
    const { postgres, redis, chroma } = settings;
    refuseUnfit(scope, args);
    super(typeToken, name, scope, { postgres: postgres.provider, redis: redis.provider }, opts);
    this.#args = args;
    this.endpoints = endpointsOf(settings);
    const managed = postgres.provider === "cloudnative-pg" ? undefined : this.#createManagedPostgres(postgres.provider);
    if (managed === undefined) this.#createPostgres();
    const cache = redis.provider === "elasticache" ? this.#createElasticache() : undefined;
    if (redis.provider !== "elasticache") this.#createRedis(redis.provider);
    if (chroma !== undefined) new Chroma(this.named("chroma"), scope, chroma, this.own());
    if (managed !== undefined || cache !== undefined) this.#createPasswords(managed, cache);
    this.environment = routerEnvironment(this.endpoints, cache?.endpoint);
    this.registerOutputs({});
  }

  #inCloud(what: string): { scope: CloudRegionScope; clusterName: string; network: ManagedNetwork } {
    const { aws } = this.scope;
    const { cloud } = this.#args;
    if (aws === undefined || cloud === undefined) throw new RangeError(`data.${what}: ${onlyAws}`);
    return { scope: { ...this.scope, aws }, ...cloud };
  }

  #createPostgres(): void {
    const { settings, issuer, cloud } = this.#args;
    const { instances, readReplicas, storageGiB, backups } = settings.postgres;
    const { target, after } = this.#backupTarget(backups, cloud?.clusterName);
    const operator = new CloudNativePg(
      this.named("operator"),
      this.scope,
      { backups: target !== undefined },
      this.own(),
    );
    new Postgres(
      this.named("postgres"),
      this.scope,
      { issuer, instances, readReplicas, storageGiB, pooler: settings.pooler, backups: target },
      this.own({ dependsOn: [...operator.ready, ...after] }),
    );
  }

  /** AWS has a bucket in any case; elsewhere there is one only if the stack names it. */
  #backupTarget(
    backups: DataSettings["postgres"]["backups"],
    clusterName?: string,
  ): { target: BackupTarget | undefined; after: pulumi.Resource[] } {
    const { bucket, retentionDays, endpoint, credentialsSecret } = backups;
    const { storageGiB } = this.#args.settings.postgres;
    const { aws } = this.scope;
    if (aws !== undefined && clusterName !== undefined && endpoint === undefined) {
      const scope = { ...this.scope, aws };
      const args = { clusterName, retentionDays, storageGiB, bucket };
      const store = new BackupStore(this.named("backups"), scope, args, this.own());
      return { target: { bucket: store.bucket, retentionDays }, after: [store] };
    }
    if (bucket === undefined) return { target: undefined, after: [] };
    return { target: { bucket, retentionDays, endpoint, credentialsSecret }, after: [] };
  }

  #createManagedPostgres(provider: "rds" | "aurora"): ManagedPostgres {
    const { settings, issuer, credentialsReady, databaseCa } = this.#args;
    const { instances, readReplicas, storageGiB, instanceClass, backups } = settings.postgres;
    const { scope, network } = this.#inCloud("postgres.provider");
    const managed = new ManagedPostgres(
      this.named("postgres"),
      scope,
      {
        provider,
        network,
        instances,
        readReplicas,
        storageGiB,
        instanceClass,
        retentionDays: backups.retentionDays,
        databaseName: database.name,
      },
      this.own(),
    );
    const pooler = (what: string, service: string, hosts: readonly pulumi.Input<string>[]) =>
      new Pgbouncer(
        this.named(what),
        this.scope,
        { ...settings.pooler, service, hosts, databaseCa, issuer, credentialsReady },
        this.own(),
      );
    pooler("rw-pooler", stores.pooler, [managed.primary]);
    if (readReplicas > 0) pooler("ro-pooler", stores.replicaPooler, managed.readers);
    return managed;
  }

  #createRedis(flavor: "valkey" | "redis"): void {
    const { settings, issuer, credentialsReady } = this.#args;
    const { shards, replicasPerShard, memoryGiB } = settings.redis;
    new Redis(
      this.named("redis"),
      this.scope,
      { flavor, shards, replicasPerShard, memoryGiB, issuer, credentialsReady },
      this.own(),
    );
  }

  #createElasticache(): Elasticache {
    const { shards, replicasPerShard, memoryGiB } = this.#args.settings.redis;
    const { scope, network } = this.#inCloud("redis.provider");
    const args = { network, shards, replicasPerShard, memoryGiB, snapshotDays: 1 };
    return new Elasticache(this.named("redis"), scope, args, this.own());
  }

  #createPasswords(managed?: ManagedPostgres, cache?: Elasticache): void {
    const { scope, clusterName } = this.#inCloud("postgres.provider");
    new AwsPasswords(
      this.named("passwords"),
      scope,
      {
        clusterName,
        database:
          managed === undefined
            ? undefined
            : { host: managed.primary, masterSecretArn: managed.masterSecretArn, keyArn: managed.keyArn },
        redis: cache === undefined ? undefined : { id: cache.userId, arn: cache.userArn },
        credentialsReady: this.#args.credentialsReady,
      },
      this.own({ dependsOn: [managed, cache].filter((part) => part !== undefined) }),
    );
  }
}

const onlyAws = "only AWS has it; choose cloudnative-pg, and valkey or redis";

/** Before anything is registered. */
function refuseUnfit({ aws }: RegionScope, { settings: { postgres, redis }, cloud }: DataArgs): void {
  const inCloud = aws !== undefined && cloud !== undefined;
  if (!inCloud && postgres.provider !== "cloudnative-pg") throw new RangeError(`data.postgres.provider: ${onlyAws}`);
  if (!inCloud && redis.provider === "elasticache") throw new RangeError(`data.redis.provider: ${onlyAws}`);
  if (redis.provider !== "elasticache") refuseWithoutElection(redis);
}
