import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { imageParts } from "../charts/index.ts";
import { namespaces } from "../network-policy/index.ts";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import {
  awaiting,
  certificate,
  disruptionBudget,
  type IssuerReference,
  labelsOf,
  selectorOf,
} from "../workload/index.ts";
import { ports, redisPods, storeSecrets, stores } from "./places.ts";
import { redisPod, redisVolumes, toolPod } from "./redis-pod.ts";
import { joinScript, type RedisFlavor, redisConf, redisNames } from "./redis-settings.ts";
import { serverCertificate } from "./server-certificate.ts";
import { dataImages } from "./versions.ts";

/** What Redis in the cluster is made from. */
export interface RedisArgs {
  readonly flavor: RedisFlavor;
  /** One server, or a cluster of three shards or more. */
  readonly shards: number;
  readonly replicasPerShard: number;
  /** Of each server: its limit, of which three quarters are for data. */
  readonly memoryGiB: number;
  readonly issuer: IssuerReference;
  readonly credentialsReady: boolean;
}

const typeToken = "hybrid-llm:data:Redis";
const party = { name: stores.redis };

/**
 * Valkey or Redis: one server whose volume outlives it, or a cluster whose replicas take over within some seconds. It never
 * evicts, for its counters are money.
 *
 * Cost: for each server 250m CPU, `memoryGiB` of memory, twice as much volume.
 */
export class Redis extends RegionComponent<RegionScope> {
  /** @throws RangeError for a cluster that could elect nobody */
  constructor(name: string, scope: RegionScope, args: RedisArgs, opts?: pulumi.ComponentResourceOptions) {
    const { flavor, shards, replicasPerShard, memoryGiB, credentialsReady } = args;
    refuseWithoutElection(args);
    const cluster = shards > 1;
    const pods = redisPods({ provider: flavor, shards, replicasPerShard });
    super(typeToken, name, scope, { flavor, servers: pods, memoryGiB }, opts);
    const metadata = { name: stores.redis, namespace: namespaces.data, labels: labelsOf(party) };
    const image = imageParts(scope, dataImages[flavor]).reference;

    const tls = new kubernetes.apiextensions.CustomResource(
      this.named("certificate"),
      certificate(
        { ...metadata, name: storeSecrets.redisCertificate },
        serverCertificate(args.issuer, storeSecrets.redisCertificate, redisNames()),
      ),
      this.own(),
    );
    const settings = new kubernetes.core.v1.ConfigMap(
      this.named("settings"),
      { metadata, data: { "redis.conf": redisConf({ cluster, memoryGiB }) } },
      this.own(),
    );
    new kubernetes.core.v1.ServiceAccount(
      this.named("service-account"),
      { metadata, automountServiceAccountToken: false },
      this.own(),
    );
    this.#createServices(metadata);
    const servers = new kubernetes.apps.v1.StatefulSet(
      this.named("servers"),
      {
        metadata: { ...metadata, ...awaiting(credentialsReady) },
        spec: {
          replicas: pods,
          serviceName: stores.redisPods,
          podManagementPolicy: "Parallel",
          selector: { matchLabels: selectorOf(party) },
          persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
          volumeClaimTemplates: [
            {
              metadata: { name: "data" },
              spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: `${memoryGiB * 2}Gi` } } },
            },
          ],
          template: redisPod({ image, flavor, cluster, memoryGiB }),
        },
      },
      this.own({ dependsOn: [tls, settings], protect: scope.production }),
    );
    new kubernetes.policy.v1.PodDisruptionBudget(
      this.named("disruption-budget"),
      { metadata, spec: disruptionBudget(selectorOf(party)) },
      this.own(),
    );
    if (cluster) this.#createJoin(args, pods, image, servers);
    this.registerOutputs({});
  }

  #createServices(metadata: { name: string; namespace: string; labels: Record<string, string> }): void {
    const port = { name: "redis", port: ports.redis, targetPort: "redis" };
    new kubernetes.core.v1.Service(
      this.named("service"),
      { metadata, spec: { selector: selectorOf(party), ports: [port] } },
      this.own(),
    );
    new kubernetes.core.v1.Service(
      this.named("pods"),
      {
        metadata: { ...metadata, name: stores.redisPods },
        spec: {
          clusterIP: "None",
          // They must find each other to become ready.
          publishNotReadyAddresses: true,
          selector: selectorOf(party),
          ports: [port, { name: "bus", port: ports.redisBus, targetPort: "bus" }],
        },
      },
      this.own(),
    );
  }

  #createJoin(args: RedisArgs, pods: number, image: string, servers: pulumi.Resource): void {
    const { flavor, replicasPerShard, credentialsReady } = args;
    const job = { name: "redis-join" };
    const name = `${job.name}-${pods}`;
    new kubernetes.batch.v1.Job(
      this.named("join"),
      {
        metadata: { name, namespace: namespaces.data, labels: labelsOf(job), ...awaiting(credentialsReady) },
        spec: {
          backoffLimit: 10,
          template: {
            metadata: { labels: labelsOf(job) },
            spec: toolPod(image, joinScript(flavor, pods, replicasPerShard), redisVolumes(true)),
          },
        },
      },
      this.own({ dependsOn: servers }),
    );
  }
}

/** @throws RangeError for a cluster that could elect nobody */
export function refuseWithoutElection({
  shards,
  replicasPerShard,
}: Pick<RedisArgs, "shards" | "replicasPerShard">): void {
  if (shards !== 2 && (shards !== 1 || replicasPerShard === 0)) return;
  throw new RangeError(
    `data.redis: ${shards} shards with ${replicasPerShard} replicas each; allowed is one server alone, or three shards or more: fewer can't elect a primary`,
  );
}
