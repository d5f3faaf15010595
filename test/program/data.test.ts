import { describe, expect, it } from "vitest";
import { Data, type DataSettings } from "../../infra/data/index.ts";
import { refuseDefaultProviders } from "../../infra/region/index.ts";
import { byName, cloudScope, computedOutputs, listed } from "../support/infra.ts";
import { type Registration, registrationsOf } from "../support/pulumi-mocks.ts";
import { clusterScope, inputsOf, mirror } from "../support/workloads.ts";

const settings: DataSettings = {
  postgres: {
    provider: "cloudnative-pg",
    instances: 1,
    readReplicas: 0,
    storageGiB: 20,
    backups: { retentionDays: 14 },
  },
  pooler: { instances: 1, clientConnections: 1000, serverConnections: 20 },
  redis: { provider: "valkey", shards: 1, replicasPerShard: 0, memoryGiB: 1 },
};
const managed: DataSettings = {
  ...settings,
  postgres: { ...settings.postgres, provider: "aurora", instances: 2, readReplicas: 1 },
  redis: { provider: "elasticache", shards: 1, replicasPerShard: 1, memoryGiB: 4 },
};
const issuer = { name: "hybrid-llm", kind: "ClusterIssuer" } as const;
const network = { vpcId: "vpc", subnetIds: ["subnet-a", "subnet-b"], nodeSecurityGroupId: "nodes" };

type Options = { readonly production?: boolean; readonly credentialsReady?: boolean };

/** The same in a preview, where nothing is known that AWS computes. */
async function planned(program: () => unknown): Promise<Registration[]> {
  const run = async (preview: boolean) =>
    (await registrationsOf(program, { preview, outputs: computedOutputs })).filter(
      ({ type }) => !type.startsWith("pulumi:"),
    );
  const [preview, real] = [await run(true), await run(false)];
  expect(listed(preview)).toEqual(listed(real));
  return real;
}

const inAws = (of: DataSettings, { production = false, credentialsReady = true }: Options = {}) =>
  planned(() => {
    refuseDefaultProviders();
    const cloud = { clusterName: "main", network };
    new Data("d", cloudScope({ production }), { settings: of, issuer, credentialsReady, cloud });
  });

const inCluster = (of: DataSettings, airgapped = false, credentialsReady = true) =>
  planned(() => {
    refuseDefaultProviders();
    new Data("d", clusterScope({ airgapped }), { settings: of, issuer, credentialsReady });
  });

/** Nothing is registered of what can't be. */
async function refused(of: DataSettings, because: string): Promise<void> {
  const found = await planned(() => {
    expect(() => new Data("d", clusterScope(), { settings: of, issuer, credentialsReady: true })).toThrow(because);
  });
  expect(found).toEqual([]);
}

describe("stores in a cluster", () => {
  it("are a database behind a pooler, and one Redis", async () => {
    expect(listed(await inCluster(settings))).toEqual([
      "Data d",
      "CloudNativePg d-operator",
      "ChartRelease d-operator-chart",
      "Release d-operator-chart-release",
      "Namespace d-operator-namespace",
      "OperatorPolicies d-operator-policies",
      "NetworkPolicy d-operator-policies-all-egress",
      "NetworkPolicy d-operator-policies-all-ingress",
      "NetworkPolicy d-operator-policies-allow-dns",
      "NetworkPolicy d-operator-policies-deny-all",
      "Postgres d-postgres",
      "Certificate d-postgres-certificate",
      "Cluster d-postgres-cluster",
      "Pooler d-postgres-rw-pooler",
      "PodDisruptionBudget d-postgres-rw-pooler-disruption-budget",
      "Redis d-redis",
      "Certificate d-redis-certificate",
      "PodDisruptionBudget d-redis-disruption-budget",
      "Service d-redis-pods",
      "StatefulSet d-redis-servers",
      "Service d-redis-service",
      "ServiceAccount d-redis-service-account",
      "ConfigMap d-redis-settings",
    ]);
  });

  it("are more of each where the stack says so", async () => {
    const found = await inCluster({
      ...settings,
      postgres: { ...settings.postgres, instances: 2, readReplicas: 1 },
      redis: { provider: "redis", shards: 3, replicasPerShard: 1, memoryGiB: 2 },
      chroma: { storageGiB: 5 },
    });
    const names = listed(found);
    expect(names).toEqual(
      expect.arrayContaining([
        "Pooler d-postgres-ro-pooler",
        "Job d-redis-join",
        "StatefulSet d-chroma-server",
        "Service d-chroma-service",
      ]),
    );
    expect(inputsOf(found, "d-postgres-cluster").spec).toMatchObject({
      instances: 3,
      bootstrap: { initdb: { database: "hybrid_llm", owner: "router", secret: { name: "database-owner" } } },
      certificates: { serverTLSSecret: "database-tls", serverCASecret: "database-tls" },
      enablePDB: true,
    });
    expect(inputsOf(found, "d-postgres-ro-pooler")).toMatchObject({
      metadata: { name: "database-ro-pooler", namespace: "data" },
      spec: { type: "ro", cluster: { name: "database" }, pgbouncer: { poolMode: "transaction" } },
    });
    expect(inputsOf(found, "d-redis-servers").spec).toMatchObject({
      replicas: 6,
      serviceName: "redis-pods",
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
    });
    expect(JSON.stringify(inputsOf(found, "d-redis-settings"))).toContain("maxmemory-policy noeviction");
  });

  it("come from the mirror behind an air gap, whole images and charts", async () => {
    const found = await inCluster({ ...settings, chroma: { storageGiB: 5 } }, true);
    const images = JSON.stringify(found.map(({ inputs }) => inputs)).match(/"(?:image|imageName)":"[^"]+"/g) ?? [];
    expect(images.length).toBeGreaterThan(3);
    expect(images.filter((image) => !image.includes(`:"${mirror}/`) || !image.includes("@sha256:"))).toEqual([]);
    expect(inputsOf(found, "d-operator-chart-release").chart).toBe(
      `oci://${mirror}/cloudnative-pg.github.io/charts/cloudnative-pg`,
    );
  });

  it("are backed up to a store of one's own, by a Secret's name", async () => {
    const backups = { retentionDays: 30, bucket: "b", endpoint: "https://s3.example.com", credentialsSecret: "s3" };
    const found = await inCluster({ ...settings, postgres: { ...settings.postgres, backups } });
    expect(inputsOf(found, "d-postgres-backup-store").spec).toMatchObject({
      retentionPolicy: "30d",
      configuration: {
        destinationPath: "s3://b/database",
        endpointURL: "https://s3.example.com",
        s3Credentials: {
          accessKeyId: { name: "s3", key: "access-key-id" },
          secretAccessKey: { name: "s3", key: "secret-access-key" },
        },
      },
    });
    expect(inputsOf(found, "d-postgres-backups").spec).toMatchObject({ schedule: "0 30 2 * * *", method: "plugin" });
  });

  it("are waited for once Vault holds their passwords", async () => {
    const skips = async (ready: boolean) =>
      JSON.stringify(inputsOf(await inCluster(settings, false, ready), "d-redis-servers").metadata).includes(
        "skipAwait",
      );
    expect([await skips(false), await skips(true)]).toEqual([true, false]);
  });

  it("can't be AWS's", async () => {
    await refused(managed, "data.postgres.provider: only AWS has it");
    await refused({ ...managed, postgres: settings.postgres }, "data.redis.provider: only AWS has it");
  });

  it("are no cluster that could elect nobody", async () => {
    const redis = { ...settings.redis, shards: 2 };
    await refused({ ...settings, redis }, "allowed is one server alone, or three shards");
  });
});

describe("stores of AWS", () => {
  it("stand behind poolers of the same names, and get their passwords in the cluster", async () => {
    const found = await inAws(managed);
    expect(listed(found)).toEqual([
      "Data d",
      "AwsPasswords d-passwords",
      "PodRole d-passwords-identity",
      "PodIdentityAssociation d-passwords-identity-association",
      "RolePolicy d-passwords-identity-policy",
      "Role d-passwords-identity-role",
      "CronJob d-passwords-job",
      "ServiceAccount d-passwords-service-account",
      "ManagedPostgres d-postgres",
      "SecurityGroup d-postgres-access",
      "SecurityGroupIngressRule d-postgres-access-nodes",
      "Cluster d-postgres-cluster",
      "ClusterInstance d-postgres-instance-0",
      "ClusterInstance d-postgres-instance-1",
      "ClusterInstance d-postgres-instance-2",
      "Key d-postgres-key",
      "ClusterParameterGroup d-postgres-parameters",
      "SubnetGroup d-postgres-subnets",
      "Elasticache d-redis",
      "SecurityGroup d-redis-access",
      "SecurityGroupIngressRule d-redis-access-nodes",
      "Key d-redis-key",
      "ParameterGroup d-redis-parameters",
      "ReplicationGroup d-redis-servers",
      "SubnetGroup d-redis-subnets",
      "User d-redis-user",
      "UserGroup d-redis-users",
      ...["ro", "rw"].flatMap((kind) => [
        `Pgbouncer d-${kind}-pooler`,
        `Certificate d-${kind}-pooler-certificate`,
        `Deployment d-${kind}-pooler-deployment`,
        `PodDisruptionBudget d-${kind}-pooler-disruption-budget`,
        `Service d-${kind}-pooler-service`,
        `ServiceAccount d-${kind}-pooler-service-account`,
        `ConfigMap d-${kind}-pooler-settings`,
      ]),
    ]);
    const of = byName(found);
    expect(of["d-rw-pooler-service"]?.inputs.metadata).toMatchObject({ name: "database-rw-pooler", namespace: "data" });
    expect(JSON.stringify(of["d-rw-pooler-settings"]?.inputs.data)).toContain(
      "host=d-postgres-cluster.example.com port=5432",
    );
    expect(JSON.stringify(of["d-ro-pooler-settings"]?.inputs.data)).toContain(
      "host=d-postgres-cluster-ro.example.com ",
    );
  });

  it("force TLS, are encrypted, let in nodes alone and hold no password", async () => {
    const of = byName(await inAws(managed));
    const cluster = of["d-postgres-cluster"]?.inputs ?? {};
    expect(cluster).toMatchObject({
      engine: "aurora-postgresql",
      manageMasterUserPassword: true,
      storageEncrypted: true,
      kmsKeyId: "arn:aws:test:::d-postgres-key",
      databaseName: "hybrid_llm",
      backupRetentionPeriod: 14,
    });
    expect(Object.keys(cluster).filter((key) => /^(?:master)?password/i.test(key))).toEqual([]);
    expect(of["d-postgres-parameters"]?.inputs.parameters).toEqual([{ name: "rds.force_ssl", value: "1" }]);
    for (const [store, port] of [["postgres", 5432] as const, ["redis", 6379] as const]) {
      expect(of[`d-${store}-access-nodes`]?.inputs).toMatchObject({
        referencedSecurityGroupId: "nodes",
        fromPort: port,
        toPort: port,
      });
      expect(of[`d-${store}-access`]?.inputs.egress).toEqual([]);
    }
    expect(of["d-redis-servers"]?.inputs).toMatchObject({
      engine: "valkey",
      nodeType: "cache.m7g.large",
      clusterMode: "enabled",
      transitEncryptionMode: "required",
      atRestEncryptionEnabled: true,
      automaticFailoverEnabled: true,
      multiAzEnabled: true,
    });
    expect(of["d-redis-servers"]?.inputs.authToken).toBeUndefined();
    expect(of["d-redis-parameters"]?.inputs.parameters).toContainEqual({
      name: "maxmemory-policy",
      value: "noeviction",
    });
    expect(of["d-redis-user"]?.inputs).toMatchObject({ accessString: "off ~* -@all" });
    expect(of["d-redis-user"]?.inputs.passwords).toBeUndefined();
  });

  it("let the job that sets passwords do that alone", async () => {
    const of = byName(await inAws(managed));
    const { Statement } = JSON.parse(String(of["d-passwords-identity-policy"]?.inputs.policy));
    expect(Statement.map(({ Action, Resource }: Record<string, unknown>) => [Action, Resource])).toEqual([
      [["secretsmanager:GetSecretValue"], ["arn:aws:test:::d-postgres-cluster-secret"]],
      [["kms:Decrypt"], ["arn:aws:test:::d-postgres-key"]],
      [["elasticache:DescribeUsers", "elasticache:ModifyUser"], ["arn:aws:test:::d-redis-user"]],
    ]);
  });

  it("are RDS with a standby and replicas", async () => {
    const postgres = { ...managed.postgres, provider: "rds" as const };
    const found = await inAws({ ...managed, postgres });
    const of = byName(found);
    expect(of["d-postgres-primary"]?.inputs).toMatchObject({
      engine: "postgres",
      multiAz: true,
      storageEncrypted: true,
      manageMasterUserPassword: true,
      allocatedStorage: 20,
      publiclyAccessible: false,
    });
    expect(of["d-postgres-replica-0"]?.inputs).toMatchObject({ publiclyAccessible: false, storageEncrypted: true });
    expect(JSON.stringify(of["d-ro-pooler-settings"]?.inputs.data)).toContain("host=d-postgres-replica-0.example.com ");
  });

  it("can't be deleted in production", async () => {
    const [small, large] = [byName(await inAws(managed)), byName(await inAws(managed, { production: true }))];
    expect(small["d-postgres-cluster"]?.inputs).toMatchObject({ deletionProtection: false, skipFinalSnapshot: true });
    expect(large["d-postgres-cluster"]?.inputs).toMatchObject({
      deletionProtection: true,
      skipFinalSnapshot: false,
      finalSnapshotIdentifier: "hybrid-llm-test-eu-west-1-database-final",
    });
    expect(large["d-redis-servers"]?.inputs.finalSnapshotIdentifier).toBe("hybrid-llm-test-eu-west-1-redis-final");
  });

  it("back a database of the cluster up to a bucket that nobody else may read", async () => {
    const found = await inAws(settings, { production: true });
    expect(listed(found)).toEqual(
      expect.arrayContaining([
        "Bucket d-backups-bucket",
        "BucketPublicAccessBlock d-backups-closed",
        "BucketServerSideEncryptionConfiguration d-backups-encryption",
        "BucketVersioning d-backups-versioning",
        "ObjectStore d-postgres-backup-store",
        "ScheduledBackup d-postgres-backups",
        "ChartRelease d-operator-plugin",
      ]),
    );
    const of = byName(found);
    expect(of["d-backups-identity-association"]?.inputs).toMatchObject({
      namespace: "data",
      serviceAccount: "database",
    });
    expect(of["d-backups-bucket"]?.inputs).toMatchObject({ forceDestroy: false });
    expect(of["d-postgres-backup-store"]?.inputs.spec).toMatchObject({
      configuration: { destinationPath: "s3://d-backups-bucket/database", s3Credentials: { inheritFromIAMRole: true } },
    });
  });
});
