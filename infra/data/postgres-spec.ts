import type * as pulumi from "@pulumi/pulumi";
import type { CustomObject, ObjectName } from "../workload/index.ts";
import { database, hostOf, storeSecrets, stores } from "./places.ts";

/** https://cloudnative-pg.io/docs/1.30/cloudnative-pg.v1/#clusterspec, as far as it's in use. */
export interface PostgresClusterSpec {
  readonly instances: number;
  readonly imageName: string;
  readonly storage: { readonly size: string; readonly storageClass?: string };
  readonly walStorage: { readonly size: string; readonly storageClass?: string };
  readonly bootstrap: {
    readonly initdb: { database: string; owner: string; secret: { name: string }; dataChecksums: true };
  };
  readonly certificates: { serverTLSSecret: string; serverCASecret: string };
  readonly postgresql: {
    readonly parameters: Record<string, string>;
    readonly pg_hba: string[];
    readonly synchronous?: { method: "any"; number: number; dataDurability: "preferred" };
  };
  readonly resources: { requests: { cpu: string; memory: string }; limits: { memory: string } };
  readonly affinity: { enablePodAntiAffinity: true; podAntiAffinityType: "preferred"; topologyKey: string };
  readonly topologySpreadConstraints: {
    maxSkew: number;
    topologyKey: string;
    whenUnsatisfiable: "ScheduleAnyway";
    labelSelector: { matchLabels: Record<string, string> };
  }[];
  readonly enablePDB: boolean;
  readonly enableSuperuserAccess: false;
  readonly primaryUpdateStrategy: "unsupervised";
  readonly plugins?: { name: string; isWALArchiver: true; parameters: { barmanObjectName: string } }[];
}

/** https://cloudnative-pg.io/docs/1.30/cloudnative-pg.v1/#poolerspec */
export interface PoolerSpec {
  readonly cluster: { name: string };
  readonly instances: number;
  readonly type: "rw" | "ro";
  readonly pgbouncer: { poolMode: "transaction"; parameters: Record<string, string> };
  readonly template: {
    metadata: { labels: Record<string, string> };
    spec: Record<string, unknown> & { containers: Record<string, unknown>[] };
  };
}

/** https://cloudnative-pg.io/plugin-barman-cloud/docs/plugin-barman-cloud.v1/ */
export interface ObjectStoreSpec {
  readonly retentionPolicy: string;
  readonly configuration: {
    readonly destinationPath: pulumi.Input<string>;
    readonly endpointURL?: string;
    readonly s3Credentials:
      | { inheritFromIAMRole: true }
      | { accessKeyId: { name: string; key: string }; secretAccessKey: { name: string; key: string } };
    readonly wal: { compression: "gzip"; maxParallel: number };
    readonly data: { compression: "gzip"; jobs: number };
  };
}

export interface ScheduledBackupSpec {
  /** With seconds, as Go's cron has it. */
  readonly schedule: string;
  readonly backupOwnerReference: "self";
  readonly cluster: { name: string };
  readonly method: "plugin";
  readonly pluginConfiguration: { name: string };
}

export type PostgresObject =
  | CustomObject<"postgresql.cnpg.io/v1", "Cluster", PostgresClusterSpec>
  | CustomObject<"postgresql.cnpg.io/v1", "Pooler", PoolerSpec>
  | CustomObject<"postgresql.cnpg.io/v1", "ScheduledBackup", ScheduledBackupSpec>
  | CustomObject<"barmancloud.cnpg.io/v1", "ObjectStore", ObjectStoreSpec>;

/** What decides how a database is. */
export interface PostgresSettings {
  /** Primary, standbys and read replicas, which all are the same kind. */
  readonly instances: number;
  readonly image: string;
  readonly storageGiB: number;
  readonly storageClass?: string | undefined;
  /** Kubernetes quantities; the memory is also the limit. */
  readonly resources: { readonly cpu: string; readonly memory: string };
  /** Of the servers that poolers keep open, all together. */
  readonly connections: number;
  readonly backups: boolean;
}

export const backupPlugin = "barman-cloud.cloudnative-pg.io";
export const backupStore = "database-backups";

const clusterSelector = { "cnpg.io/cluster": stores.database };

/**
 * PostgreSQL that takes TLS alone, spread over zones. With three instances or more a commit waits for one standby, as long
 * as one is there: the primary's loss takes no row that the router was told is written.
 */
export function postgresCluster(settings: PostgresSettings): PostgresClusterSpec {
  const { instances, image, storageGiB, storageClass, resources, connections, backups } = settings;
  const volume = (gib: number) => ({
    size: `${gib}Gi`,
    ...(storageClass === undefined ? {} : { storageClass }),
  });
  return {
    instances,
    imageName: image,
    storage: volume(storageGiB),
    // A log that fills its volume must not take the data's with it.
    walStorage: volume(Math.max(2, Math.ceil(storageGiB / 4))),
    bootstrap: {
      initdb: {
        database: database.name,
        owner: database.owner,
        secret: { name: storeSecrets.databaseOwner },
        dataChecksums: true,
      },
    },
    certificates: {
      serverTLSSecret: storeSecrets.databaseCertificate,
      serverCASecret: storeSecrets.databaseCertificate,
    },
    postgresql: {
      // Beside the poolers': the operator's, its metrics and a person's.
      parameters: { max_connections: String(connections + 20), password_encryption: "scram-sha-256" },
      pg_hba: ["hostnossl all all all reject"],
      ...(instances > 2
        ? { synchronous: { method: "any" as const, number: 1, dataDurability: "preferred" as const } }
        : {}),
    },
    resources: { requests: { ...resources }, limits: { memory: resources.memory } },
    affinity: { enablePodAntiAffinity: true, podAntiAffinityType: "preferred", topologyKey: "kubernetes.io/hostname" },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "topology.kubernetes.io/zone",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: clusterSelector },
      },
    ],
    // One that protects a single instance would block every drain.
    enablePDB: instances > 1,
    enableSuperuserAccess: false,
    primaryUpdateStrategy: "unsupervised",
    ...(backups
      ? { plugins: [{ name: backupPlugin, isWALArchiver: true, parameters: { barmanObjectName: backupStore } }] }
      : {}),
  };
}

/** What decides how PgBouncer is. */
export interface PoolerSettings {
  readonly instances: number;
  /** That clients may have open, for each instance. */
  readonly clientConnections: number;
  /** That are open to the database, for each instance. */
  readonly serverConnections: number;
}

/** https://www.pgbouncer.org/config.html; the router's driver names no statement. */
export const poolParameters = ({ clientConnections, serverConnections }: PoolerSettings): Record<string, string> => ({
  default_pool_size: String(serverConnections),
  max_client_conn: String(clientConnections),
  max_db_connections: String(serverConnections),
  // What waits longer is refused: the router's journal keeps it.
  query_wait_timeout: "30",
  server_idle_timeout: "300",
});

export const postgresPooler = (
  type: "rw" | "ro",
  settings: PoolerSettings,
  image: string,
  labels: Record<string, string>,
): PoolerSpec => ({
  cluster: { name: stores.database },
  instances: settings.instances,
  type,
  pgbouncer: { poolMode: "transaction", parameters: poolParameters(settings) },
  template: {
    metadata: { labels },
    spec: {
      containers: [
        {
          name: "pgbouncer",
          image,
          resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "128Mi" } },
        },
      ],
      topologySpreadConstraints: ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
        topologyKey,
        maxSkew: 1,
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: labels },
      })),
    },
  },
});

/** Each name under which the database or a pooler is asked. */
export const databaseNames = (): string[] =>
  [stores.pooler, stores.replicaPooler, ...["rw", "ro", "r"].map((kind) => `${stores.database}-${kind}`)].flatMap(
    (service) => [service, hostOf(service).replace(".cluster.local", ""), hostOf(service)],
  );

/** An hour at which few ask, with the seconds first. */
const nightly = "0 30 2 * * *";

export const scheduledBackup = (metadata: ObjectName) =>
  ({
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "ScheduledBackup",
    metadata,
    spec: {
      schedule: nightly,
      backupOwnerReference: "self",
      cluster: { name: stores.database },
      method: "plugin",
      pluginConfiguration: { name: backupPlugin },
    },
  }) as const satisfies PostgresObject;
