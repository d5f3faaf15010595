import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { imageParts } from "../charts/index.ts";
import { namespaces } from "../network-policy/index.ts";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import { type CustomObject, certificate, disruptionBudget, type IssuerReference, labelsOf } from "../workload/index.ts";
import { storeSecrets, stores } from "./places.ts";
import {
  backupStore,
  databaseNames,
  type ObjectStoreSpec,
  type PoolerSettings,
  type PostgresObject,
  postgresCluster,
  postgresPooler,
  scheduledBackup,
} from "./postgres-spec.ts";
import { serverCertificate } from "./server-certificate.ts";
import { dataImages } from "./versions.ts";

/** Where backups are kept: an object store that speaks S3. */
export interface BackupTarget {
  readonly bucket: pulumi.Input<string>;
  readonly retentionDays: number;
  /** Of a store that isn't AWS's. */
  readonly endpoint?: string | undefined;
  /** A Secret of the namespace `data` with `access-key-id` and `secret-access-key`; the pods' own role where absent. */
  readonly credentialsSecret?: string | undefined;
}

/** What a database in the cluster is made from. */
export interface PostgresArgs {
  readonly issuer: IssuerReference;
  /** Primary and standbys. */
  readonly instances: number;
  /** Standbys more, for reports: then a pooler leads to all standbys. */
  readonly readReplicas: number;
  readonly storageGiB: number;
  readonly pooler: PoolerSettings;
  readonly backups?: BackupTarget | undefined;
  /** Kubernetes quantities of each instance; the memory is also the limit. @default 1 CPU, 2 GiB */
  readonly resources?: { readonly cpu: string; readonly memory: string };
}

const typeToken = "hybrid-llm:data:Postgres";

/**
 * PostgreSQL by CloudNativePG: a primary, standbys that take its place by themselves, PgBouncer before it in transaction
 * mode, and a backup each night beside the log, from which any moment can be restored.
 *
 * Cost: for each instance its CPU and memory and 1.25 times `storageGiB` of volume (at least 2 GiB for the log), for each
 * pooler 100m CPU and 128 MiB.
 */
export class Postgres extends RegionComponent<RegionScope> {
  constructor(name: string, scope: RegionScope, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    const { readReplicas, storageGiB, pooler, backups, resources = { cpu: "1", memory: "2Gi" } } = args;
    const instances = args.instances + readReplicas;
    const poolers = readReplicas > 0 ? 2 : 1;
    super(typeToken, name, scope, { instances, storageGiB, poolers, backups: backups !== undefined }, opts);
    const tls = new kubernetes.apiextensions.CustomResource(
      this.named("certificate"),
      certificate(
        metadataOf(storeSecrets.databaseCertificate),
        serverCertificate(args.issuer, storeSecrets.databaseCertificate, databaseNames()),
      ),
      this.own(),
    );
    const store = backups === undefined ? [] : [this.#create("backup-store", objectStore(backups), [tls])];
    const cluster = this.#create(
      "cluster",
      {
        apiVersion: "postgresql.cnpg.io/v1",
        kind: "Cluster",
        metadata: metadataOf(stores.database),
        spec: postgresCluster({
          instances,
          image: imageParts(scope, dataImages.postgres).reference,
          storageGiB,
          resources,
          // Poolers are asked for a primary alone, or for a standby alone.
          connections: pooler.instances * pooler.serverConnections,
          backups: backups !== undefined,
        }),
      },
      [tls, ...store],
      scope.production,
    );
    this.#createPooler("rw", stores.pooler, pooler, cluster);
    if (readReplicas > 0) this.#createPooler("ro", stores.replicaPooler, pooler, cluster);
    if (backups !== undefined) this.#create("backups", scheduledBackup(metadataOf("database-nightly")), [cluster]);
    this.registerOutputs({});
  }

  #createPooler(type: "rw" | "ro", service: string, settings: PoolerSettings, cluster: pulumi.Resource): void {
    const labels = labelsOf({ name: service });
    const image = imageParts(this.scope, dataImages.pgbouncer).reference;
    const metadata = { name: service, namespace: namespaces.data, labels };
    const spec = postgresPooler(type, settings, image, labels);
    this.#create(`${type}-pooler`, { apiVersion: "postgresql.cnpg.io/v1", kind: "Pooler", metadata, spec }, [cluster]);
    new kubernetes.policy.v1.PodDisruptionBudget(
      this.named(`${type}-pooler-disruption-budget`),
      { metadata, spec: disruptionBudget(labels) },
      this.own(),
    );
  }

  #create(what: string, object: PostgresObject, dependsOn: pulumi.Resource[], protect = false): pulumi.Resource {
    const opts = this.own({ dependsOn, protect });
    return new kubernetes.apiextensions.CustomResource(this.named(what), object, opts);
  }
}

const metadataOf = (name: string) => ({ name, namespace: namespaces.data, labels: labelsOf({ name }) });

function objectStore(target: BackupTarget): CustomObject<"barmancloud.cnpg.io/v1", "ObjectStore", ObjectStoreSpec> {
  const { bucket, retentionDays, endpoint, credentialsSecret } = target;
  const key = (name: string, field: string) => ({ name, key: field });
  return {
    apiVersion: "barmancloud.cnpg.io/v1",
    kind: "ObjectStore",
    metadata: metadataOf(backupStore),
    spec: {
      retentionPolicy: `${retentionDays}d`,
      configuration: {
        destinationPath: pulumi.interpolate`s3://${bucket}/database`,
        ...(endpoint === undefined ? {} : { endpointURL: endpoint }),
        s3Credentials:
          credentialsSecret === undefined
            ? { inheritFromIAMRole: true }
            : {
                accessKeyId: key(credentialsSecret, "access-key-id"),
                secretAccessKey: key(credentialsSecret, "secret-access-key"),
              },
        wal: { compression: "gzip", maxParallel: 4 },
        data: { compression: "gzip", jobs: 2 },
      },
    },
  };
}
