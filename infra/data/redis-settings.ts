import { namespaces } from "../network-policy/index.ts";
import { hostOf, ports, redisServer, stores } from "./places.ts";

/** Both are the same server, by its two names. */
export type RedisFlavor = "valkey" | "redis";

export const redisMounts = {
  settings: "/etc/redis/settings",
  tls: "/etc/redis/tls",
  password: "/run/secrets/redis",
  data: "/data",
  scratch: "/tmp",
} as const;

/** What `redis.conf` is made from. */
export interface RedisSettings {
  readonly cluster: boolean;
  readonly memoryGiB: number;
}

const mebibytes = ({ memoryGiB }: RedisSettings): number => Math.floor(memoryGiB * 1024 * 0.75);

/**
 * TLS alone, written to disk each second, and nothing ever forgotten to make room: counters of money are refused rather
 * than lost. A quarter of the memory is left for the log's rewriting and for copies.
 */
export function redisConf(settings: RedisSettings): string {
  const { tls, data } = redisMounts;
  const lines = [
    "port 0",
    `tls-port ${ports.redis}`,
    `tls-cert-file ${tls}/tls.crt`,
    `tls-key-file ${tls}/tls.key`,
    `tls-ca-cert-file ${tls}/ca.crt`,
    "tls-auth-clients no",
    "tls-replication yes",
    `dir ${data}`,
    "appendonly yes",
    "appendfsync everysec",
    'save ""',
    `maxmemory ${mebibytes(settings)}mb`,
    "maxmemory-policy noeviction",
    "tcp-keepalive 60",
    ...(settings.cluster
      ? [
          "cluster-enabled yes",
          "tls-cluster yes",
          `cluster-config-file ${data}/nodes.conf`,
          "cluster-node-timeout 5000",
          // Certificates hold names: clients must be sent to these, not to addresses.
          "cluster-preferred-endpoint-type hostname",
          // A part of the counters is as good as none, and answers what it has.
          "cluster-require-full-coverage no",
        ]
      : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** Adds what only the pod knows; the password is in a file of the pod's memory, in no argument that `ps` shows. */
export function startScript(flavor: RedisFlavor, cluster: boolean): string {
  const { settings, password, scratch } = redisMounts;
  return [
    "set -eu",
    "umask 077",
    `secret="$(cat ${password}/password)"`,
    `{ cat ${settings}/redis.conf`,
    `  printf 'requirepass %s\\nmasterauth %s\\n' "$secret" "$secret"`,
    ...(cluster ? [`  printf 'cluster-announce-hostname %s.${hostOf(stores.redisPods)}\\n' "$POD_NAME"`] : []),
    `} > ${scratch}/redis.conf`,
    `exec ${flavor}-server ${scratch}/redis.conf`,
    "",
  ].join("\n");
}

/** The command line's client, whose password no other process sees. */
const client = (flavor: RedisFlavor, host: string): string =>
  `REDISCLI_AUTH="$(cat ${redisMounts.password}/password)" ${flavor}-cli --no-auth-warning --tls --cacert ${redisMounts.tls}/ca.crt -h ${host} -p ${ports.redis}`;

/** Not while it reads its log: it answers LOADING then. */
export const pingScript = (flavor: RedisFlavor): string => `${client(flavor, "127.0.0.1")} ping | grep -q '^PONG$'`;

/** The server reads its certificate once, and again when it's told to. */
export const renewScript = (flavor: RedisFlavor): string =>
  [
    "trap 'exit 0' TERM",
    "while :; do",
    "  sleep 3600 & wait $!",
    `  ${client(flavor, "127.0.0.1")} config set tls-cert-file ${redisMounts.tls}/tls.crt tls-key-file ${redisMounts.tls}/tls.key >/dev/null || echo "the certificate was not read again"`,
    "done",
    "",
  ].join("\n");

/** Makes one cluster of all pods; where that is done already, it does nothing. */
export function joinScript(flavor: RedisFlavor, pods: number, replicasPerShard: number): string {
  const hosts = Array.from({ length: pods }, (_, index) => redisServer(index).host);
  const [first = ""] = hosts;
  return [
    "set -eu",
    `for host in ${hosts.join(" ")}; do`,
    "  tries=0",
    `  until ${client(flavor, '"$host"')} ping 2>/dev/null | grep -q '^PONG$'; do`,
    '    tries=$((tries + 1)); [ "$tries" -lt 120 ] || { echo "$host does not answer"; exit 1; }',
    "    sleep 2",
    "  done",
    "done",
    `told="$(${client(flavor, first)} cluster info)"`,
    `if echo "$told" | grep -q '^cluster_slots_assigned:16384'; then`,
    `  echo "$told" | grep -q '^cluster_known_nodes:${pods}[^0-9]*$' && exit 0`,
    `  echo "a cluster of another size is there: add or take away nodes with ${flavor}-cli --cluster"; exit 1`,
    "fi",
    `${client(flavor, first)} --cluster create ${hosts.map((host) => `${host}:${ports.redis}`).join(" ")} --cluster-replicas ${replicasPerShard} --cluster-yes`,
    "",
  ].join("\n");
}

/** Each name under which a server is asked. */
export const redisNames = (): string[] => [
  stores.redis,
  `${stores.redis}.${namespaces.data}.svc`,
  hostOf(stores.redis),
  `*.${hostOf(stores.redisPods)}`,
];
