import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { allow, PodRole, policyDocument } from "../iam/index.ts";
import { namespaces } from "../network-policy/index.ts";
import { type AwsScope, about, costIn, RegionComponent } from "../region/index.ts";
import { storeKey } from "./managed-store.ts";
import { stores } from "./places.ts";

/** Whose backups are kept, and how long. */
export interface BackupStoreArgs {
  readonly clusterName: string;
  readonly retentionDays: number;
  /** Of the database. */
  readonly storageGiB: number;
  /** A bucket that is there already; one is made where absent. */
  readonly bucket?: string | undefined;
}

/** A full backup a week and the log between them, compressed: about as much as the database may hold. */
const backupCost = (storageGiB: number) => ({
  lines: storeKey.lines,
  usage: { ...storeKey.usage, "s3.standard": about(storageGiB) },
});
const typeToken = "hybrid-llm:data:BackupStore";

/**
 * Where a database's backups and its log are kept: a bucket of the region, encrypted by a key of its own, open to nobody,
 * which only the database's pods may write to. In production it can't be deleted.
 *
 * Cost: by the GB-month and by the request; a KMS key by the month.
 */
export class BackupStore extends RegionComponent<AwsScope> {
  readonly bucket: pulumi.Input<string>;
  /** What a database waits for: a pod that starts before has no credentials. */
  readonly role: PodRole;

  constructor(name: string, scope: AwsScope, args: BackupStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    const { clusterName, retentionDays, storageGiB, bucket } = args;
    const cost = bucket === undefined ? costIn(scope, backupCost(storageGiB)) : {};
    super(typeToken, name, scope, { retentionDays, existing: bucket !== undefined, ...cost }, opts);
    const made = bucket === undefined ? this.#createBucket(retentionDays) : undefined;
    this.bucket = made?.bucket.bucket ?? bucket ?? "";
    const arn = made?.bucket.arn ?? `arn:aws:s3:::${bucket}`;
    this.role = new PodRole(
      this.named("identity"),
      scope,
      {
        clusterName,
        namespace: namespaces.data,
        serviceAccount: stores.database,
        purpose: "database-backups",
        policy: backupPolicy(arn, made?.key.arn),
      },
      this.own(),
    );
    this.registerOutputs({ bucket: this.bucket });
  }

  #createBucket(retentionDays: number): { bucket: aws.s3.Bucket; key: aws.kms.Key } {
    const { scope } = this;
    const key = new aws.kms.Key(
      this.named("key"),
      {
        description: `Backups of ${scope.physical("database")}`,
        enableKeyRotation: true,
        deletionWindowInDays: scope.production ? 30 : 7,
      },
      this.own({ protect: scope.production }),
    );
    const bucket = new aws.s3.Bucket(
      this.named("bucket"),
      { bucketPrefix: `${scope.physical("backups", 36)}-`, forceDestroy: !scope.production },
      this.own({ protect: scope.production }),
    );
    const of = { bucket: bucket.bucket };
    new aws.s3.BucketPublicAccessBlock(
      this.named("closed"),
      {
        ...of,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      this.own(),
    );
    new aws.s3.BucketServerSideEncryptionConfiguration(
      this.named("encryption"),
      {
        ...of,
        rules: [
          {
            applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn },
            bucketKeyEnabled: true,
          },
        ],
      },
      this.own(),
    );
    const versioning = new aws.s3.BucketVersioning(
      this.named("versioning"),
      { ...of, versioningConfiguration: { status: "Enabled" } },
      this.own(),
    );
    new aws.s3.BucketLifecycleConfiguration(
      this.named("lifecycle"),
      {
        ...of,
        rules: [
          {
            id: "old-versions",
            status: "Enabled",
            filter: {},
            // The plugin deletes what is past its time; what it deleted by mistake is there for as long again.
            noncurrentVersionExpiration: { noncurrentDays: retentionDays },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
          },
        ],
      },
      this.own({ dependsOn: versioning }),
    );
    return { bucket, key };
  }
}

function backupPolicy(bucketArn: pulumi.Input<string>, keyArn?: pulumi.Input<string>): pulumi.Input<string> {
  return pulumi
    .all([bucketArn, keyArn ?? ""])
    .apply(([bucket, key]) =>
      policyDocument([
        allow(["s3:ListBucket", "s3:GetBucketLocation"], [bucket]),
        allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"], [`${bucket}/*`]),
        ...(key === "" ? [] : [allow(["kms:Decrypt", "kms:GenerateDataKey"], [key])]),
      ]),
    );
}
