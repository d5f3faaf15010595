import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { imageParts } from "../charts/index.ts";
import { allow, PodRole, policyDocument } from "../iam/index.ts";
import { namespaces } from "../network-policy/index.ts";
import { type CloudRegionScope, RegionComponent } from "../region/index.ts";
import { awaiting, labelsOf } from "../workload/index.ts";
import { passwordPod } from "./aws-passwords-pod.ts";
import { dataImages } from "./versions.ts";

/** A database whose router's role is made, by the master's password that Secrets Manager keeps. */
export interface ManagedDatabase {
  readonly host: pulumi.Input<string>;
  readonly masterSecretArn: pulumi.Input<string>;
  readonly keyArn: pulumi.Input<string>;
}

/** A user of ElastiCache that is given its password. */
export interface ManagedUser {
  readonly id: string;
  readonly arn: pulumi.Input<string>;
}

export interface AwsPasswordsArgs {
  readonly clusterName: string;
  readonly database?: ManagedDatabase | undefined;
  readonly redis?: ManagedUser | undefined;
  readonly credentialsReady: boolean;
}

const typeToken = "hybrid-llm:data:AwsPasswords";
const party = { name: "store-passwords" };
/** Every so often: a password that Vault has changed is set in AWS within this. */
const schedule = "*/15 * * * *";

/**
 * Gives the stores of AWS the passwords that Vault holds: the router's role in PostgreSQL, its user in ElastiCache. Done
 * in the cluster, by a role that may do nothing else, because whatever this program set would be in its state.
 *
 * Cost: some seconds of 50m CPU each quarter of an hour.
 */
export class AwsPasswords extends RegionComponent<CloudRegionScope> {
  constructor(name: string, scope: CloudRegionScope, args: AwsPasswordsArgs, opts?: pulumi.ComponentResourceOptions) {
    const { clusterName, database, redis, credentialsReady } = args;
    super(typeToken, name, scope, { database: database !== undefined, redis: redis !== undefined }, opts);
    const metadata = { name: party.name, namespace: namespaces.data, labels: labelsOf(party) };
    const account = new kubernetes.core.v1.ServiceAccount(
      this.named("service-account"),
      { metadata, automountServiceAccountToken: false },
      this.own(),
    );
    const role = new PodRole(
      this.named("identity"),
      scope,
      {
        clusterName,
        namespace: namespaces.data,
        serviceAccount: party.name,
        purpose: party.name,
        policy: policyOf(database, redis),
      },
      this.own(),
    );
    const spec = passwordPod({
      serviceAccount: party.name,
      region: scope.name,
      awsImage: imageParts(scope, dataImages.awsCli).reference,
      postgresImage: imageParts(scope, dataImages.postgres).reference,
      database,
      redisUserId: redis?.id,
    });
    new kubernetes.batch.v1.CronJob(
      this.named("job"),
      {
        metadata: { ...metadata, ...awaiting(credentialsReady) },
        spec: {
          schedule,
          concurrencyPolicy: "Forbid",
          startingDeadlineSeconds: 300,
          successfulJobsHistoryLimit: 1,
          failedJobsHistoryLimit: 3,
          jobTemplate: {
            spec: {
              backoffLimit: 2,
              activeDeadlineSeconds: 300,
              template: { metadata: { labels: labelsOf(party) }, spec },
            },
          },
        },
      },
      this.own({ dependsOn: [account, role] }),
    );
    this.registerOutputs({});
  }
}

function policyOf(database?: ManagedDatabase, redis?: ManagedUser): pulumi.Output<string> {
  return pulumi
    .all([database?.masterSecretArn, database?.keyArn, redis?.arn])
    .apply(([secret, key, user]) =>
      policyDocument([
        ...(secret === undefined || key === undefined
          ? []
          : [allow(["secretsmanager:GetSecretValue"], [secret]), allow(["kms:Decrypt"], [key])]),
        ...(user === undefined ? [] : [allow(["elasticache:DescribeUsers", "elasticache:ModifyUser"], [user])]),
      ]),
    );
}
