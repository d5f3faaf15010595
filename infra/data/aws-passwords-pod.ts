import type * as kubernetes from "@pulumi/kubernetes";
import { restrictedContainer, restrictedPod } from "../workload/index.ts";
import type { ManagedDatabase } from "./aws-passwords.ts";
import { masterUser } from "./managed-postgres.ts";
import { database as ours, ports, storeSecrets } from "./places.ts";

type Container = kubernetes.types.input.core.v1.Container;

export interface PasswordPodArgs {
  readonly serviceAccount: string;
  readonly region: string;
  readonly awsImage: string;
  readonly postgresImage: string;
  readonly database: ManagedDatabase | undefined;
  readonly redisUserId: string | undefined;
}

const at = { scratch: "/run/passwords", owner: "/run/secrets/owner", redis: "/run/secrets/redis" } as const;

/** In memory, between the container that asks AWS and the one that asks PostgreSQL. */
const master = `${at.scratch}/master`;

/** AWS's secret is JSON with the two fields `username` and `password`. */
export const fetchMasterScript = [
  "set -eu",
  "umask 027",
  'aws secretsmanager get-secret-value --secret-id "$MASTER_SECRET_ARN" --query SecretString --output text |',
  `  sed -E 's/.*"password"[[:space:]]*:[[:space:]]*"(([^"\\\\]|\\\\.)*)".*/\\1/; s/\\\\(.)/\\1/g' > ${master}`,
  `grep -q . ${master} || { echo "Secrets Manager gave no password"; exit 1; }`,
  "",
].join("\n");

/** Arguments go by a file in memory: no process shows them, and no log. */
export const redisUserScript = [
  "set -eu",
  "umask 077",
  `printf '{"UserId":"%s","AccessString":"on ~* &* +@all -@admin -@dangerous +info","AuthenticationMode":{"Type":"password","Passwords":["%s"]}}' \\`,
  `  "$REDIS_USER" "$(cat ${at.redis}/password)" > ${at.scratch}/user.json`,
  `aws elasticache modify-user --cli-input-json file://${at.scratch}/user.json --query Status --output text`,
  "",
].join("\n");

/** The router owns the database's schema, and is no superuser. psql quotes what it is given. */
export const databaseRoleScript = [
  "set -eu",
  `export PGPASSWORD="$(cat ${master})" PGSSLMODE=require`,
  `owner="$(cat ${at.owner}/password)"`,
  `psql -X -q -v ON_ERROR_STOP=1 -h "$DATABASE_HOST" -p ${ports.postgres} -U ${masterUser} -d ${ours.name} <<SQL`,
  `\\set password '$owner'`,
  `SELECT 'CREATE ROLE ${ours.owner} LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${ours.owner}') \\gexec`,
  `ALTER ROLE ${ours.owner} PASSWORD :'password';`,
  `GRANT CONNECT, CREATE, TEMPORARY ON DATABASE ${ours.name} TO ${ours.owner};`,
  `GRANT USAGE, CREATE ON SCHEMA public TO ${ours.owner};`,
  "SQL",
  "",
].join("\n");

/** A pod that sets what Vault holds, and ends. */
export function passwordPod(args: PasswordPodArgs): kubernetes.types.input.core.v1.PodSpec {
  const { serviceAccount, region, awsImage, postgresImage, database, redisUserId } = args;
  const scratch = { name: "scratch", mountPath: at.scratch };
  const container = (name: string, image: string, script: string): Container => ({
    name,
    image,
    command: ["/bin/sh", "-c", script],
    resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "256Mi" } },
    securityContext: restrictedContainer(),
  });
  const aws = { name: "AWS_REGION", value: region };
  const home = { name: "HOME", value: at.scratch };
  const steps: Container[] = [
    ...(redisUserId === undefined
      ? []
      : [
          {
            ...container("redis-user", awsImage, redisUserScript),
            env: [aws, home, { name: "REDIS_USER", value: redisUserId }],
            volumeMounts: [scratch, { name: "redis", mountPath: at.redis, readOnly: true }],
          },
        ]),
    ...(database === undefined
      ? []
      : [
          {
            ...container("master", awsImage, fetchMasterScript),
            env: [aws, home, { name: "MASTER_SECRET_ARN", value: database.masterSecretArn }],
            volumeMounts: [scratch],
          },
          {
            ...container("database-role", postgresImage, databaseRoleScript),
            env: [home, { name: "DATABASE_HOST", value: database.host }],
            volumeMounts: [scratch, { name: "owner", mountPath: at.owner, readOnly: true }],
          },
        ]),
  ];
  const secret = (name: string, secretName: string) => ({ name, secret: { secretName, defaultMode: 0o440 } });
  return {
    serviceAccountName: serviceAccount,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    restartPolicy: "Never",
    securityContext: restrictedPod(),
    // One after the other; the last is the pod's work.
    initContainers: steps.slice(0, -1),
    containers: steps.slice(-1),
    volumes: [
      { name: "scratch", emptyDir: { medium: "Memory", sizeLimit: "32Mi" } },
      ...(redisUserId === undefined ? [] : [secret("redis", storeSecrets.redisPassword)]),
      ...(database === undefined ? [] : [secret("owner", storeSecrets.databaseOwner)]),
    ],
  };
}
