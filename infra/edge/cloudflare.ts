import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import { scaled } from "../cost/index.ts";
import type { Geography } from "../region/index.ts";
import { about, costIn, physicalName } from "../region/index.ts";
import { coordinates, type EdgeNames, healthPath, type Origin, requestsOf } from "./origin.ts";

/** What runs at Cloudflare, before any region. */
export interface EdgeWorker {
  /** The bundled `runtime/edge`, an ES module. */
  readonly content: string;
  /** An answer is kept no longer; 0: none is. */
  readonly cacheSeconds: number;
  /** A region must have admitted a key so lately for it to be given what is kept; seconds. */
  readonly confirmSeconds: number;
}

/** Of the runtime whose behaviour the worker is tested with: no later than the workerd that the lock file names. */
export const edgeCompatibilityDate = "2026-07-01";

/** What Cloudflare's edge is made from. */
export interface CloudflareEdgeArgs extends EdgeNames {
  readonly accountId: string;
  readonly zoneId: string;
  /** proximity: the nearest healthy region; geo: that of the client's own continent first. */
  readonly steering: "proximity" | "geo";
  readonly origins: readonly Origin[];
  /** The roots that the gateways' certificates are checked against, one by one. */
  readonly rootCertificatesPem: readonly pulumi.Input<string>[];
  /** Without one, requests go straight to a region. */
  readonly worker?: EdgeWorker | undefined;
}

const typeToken = "hybrid-llm:edge:CloudflareEdge";

/** A request costs the worker so much of a processor; ms. */
const workerMs = 5;

/** The balancer is asked for each request; a worker counts and reads for each, and keeps one answer in ten. */
function costOf({ origins, worker }: CloudflareEdgeArgs) {
  const requests = requestsOf(origins);
  const use = {
    "lb.queries": 1,
    ...(worker ? { "workers.requests": 1, "workers.cpu": workerMs, "kv.reads": 1, "kv.writes": 0.1 } : {}),
  };
  return costIn(
    { name: "cloudflare" },
    {
      usage: {
        ...Object.fromEntries(Object.entries(use).map(([id, each]) => [id, scaled(requests, each)])),
        ...(worker ? { "kv.storage": about(1) } : {}),
      },
    },
  );
}

/** Cloudflare's regions by the geography that serves them. Source: load balancing, "Region mapping", 2026-11. */
const regionsOf: Readonly<Record<Geography, readonly string[]>> = {
  us: ["WNAM", "ENAM", "NSAM", "SSAM"],
  eu: ["WEU", "EEU", "ME", "NAF", "SAF"],
  asia: ["NEAS", "SEAS", "SAS", "IN", "OC"],
};

/**
 * Cloudflare before all regions: one name, a pool for each region whose health is looked at from many places, and each
 * client led to the nearest that is well. With a worker, that and what it keeps (KV) stand before them.
 *
 * The account's token comes from the environment of whoever runs `up`. The zone must ask for full and strict encryption;
 * the roots given here are what its origins are checked against (Advanced Certificate Manager).
 *
 * Cost: load balancing 5 dollars a month with 2 origins and 5 for each further one, 0.50 for 500,000 queries; steering by
 * place 10; Workers 5 with 10 million requests and 30 million ms of a processor, 0.30 and 0.02 for each further million; KV 0.50
 * for a million reads beyond 10 million, 5 for a million writes beyond the first. https://www.cloudflare.com/plans/, 2026-11
 */
export class CloudflareEdge extends pulumi.ComponentResource {
  readonly url: string;
  readonly #name: string;

  /** @throws RangeError where a region's place isn't known */
  constructor(name: string, args: CloudflareEdgeArgs, opts: pulumi.ComponentResourceOptions) {
    const { hostname, steering, origins, worker } = args;
    super(
      typeToken,
      name,
      {
        hostname,
        steering,
        regions: origins.map(({ region }) => region),
        worker: worker !== undefined,
        ...costOf(args),
      },
      opts,
    );
    this.#name = name;
    this.url = `https://${hostname}`;
    this.#createTrust(args);
    const pools = this.#createPools(args);
    const balancer = this.#createBalancer(args, pools);
    if (worker !== undefined) this.#createWorker(args, worker, balancer);
    this.registerOutputs({ url: this.url });
  }

  #named(what: string): string {
    return `${this.#name}-${what}`;
  }

  #createTrust({ zoneId, rootCertificatesPem }: CloudflareEdgeArgs): void {
    for (const [index, certificate] of rootCertificatesPem.entries()) {
      new cloudflare.CustomOriginTrustStore(this.#named(`root-${index}`), { zoneId, certificate }, { parent: this });
    }
  }

  #createPools({ accountId, hostname, stack, origins }: CloudflareEdgeArgs): Map<Origin, cloudflare.LoadBalancerPool> {
    const monitor = new cloudflare.LoadBalancerMonitor(
      this.#named("monitor"),
      {
        accountId,
        description: `${stack}: whether a region's router takes requests`,
        type: "https",
        method: "GET",
        path: healthPath,
        port: 443,
        header: { Host: [hostname] },
        expectedCodes: "200",
        interval: 60,
        timeout: 5,
        retries: 1,
        // A look at health says nothing secret; requests themselves are checked by the zone.
        allowInsecure: true,
      },
      { parent: this },
    );
    return new Map(
      origins.map((origin) => {
        const place = coordinates[origin.region];
        if (place === undefined) {
          throw new RangeError(`region ${origin.region}: its place isn't known; add it to infra/edge/origin.ts`);
        }
        const pool = new cloudflare.LoadBalancerPool(
          this.#named(`${origin.region}-pool`),
          {
            accountId,
            name: physicalName([stack, origin.region]),
            ...place,
            monitor: monitor.id,
            minimumOrigins: 1,
            origins: [
              { name: origin.region, address: origin.dnsName, enabled: true, weight: 1, header: { hosts: [hostname] } },
            ],
          },
          { parent: this },
        );
        return [origin, pool] as const;
      }),
    );
  }

  #createBalancer(
    { zoneId, hostname, steering }: CloudflareEdgeArgs,
    pools: ReadonlyMap<Origin, cloudflare.LoadBalancerPool>,
  ): cloudflare.LoadBalancer {
    const all = [...pools.values()].map(({ id }) => id);
    const [first] = all;
    if (first === undefined) throw new RangeError("edge: no region to lead to");
    const pooled = ({ geography }: Origin) => [...pools].filter(([origin]) => origin.geography === geography);
    const regionPools = Object.fromEntries(
      [...pools.keys()].flatMap((origin) =>
        regionsOf[origin.geography].map((region) => [region, pooled(origin).map(([, { id }]) => id)] as const),
      ),
    );
    return new cloudflare.LoadBalancer(
      this.#named("balancer"),
      {
        zoneId,
        name: hostname,
        proxied: true,
        defaultPools: all,
        fallbackPool: first,
        steeringPolicy: steering,
        ...(steering === "geo" ? { regionPools } : {}),
        // A request that no region took yet is sent to another at once.
        adaptiveRouting: { failoverAcrossPools: true },
      },
      { parent: this },
    );
  }

  #createWorker(
    { accountId, zoneId, hostname, stack }: CloudflareEdgeArgs,
    { content, cacheSeconds, confirmSeconds }: EdgeWorker,
    balancer: cloudflare.LoadBalancer,
  ): void {
    const kept = new cloudflare.WorkersKvNamespace(
      this.#named("kept"),
      { accountId, title: physicalName([stack, "edge"]) },
      { parent: this },
    );
    const script = new cloudflare.WorkersScript(
      this.#named("worker"),
      {
        accountId,
        scriptName: physicalName([stack, "edge"]),
        mainModule: "worker.js",
        content,
        compatibilityDate: edgeCompatibilityDate,
        bindings: [
          { name: "KEPT", type: "kv_namespace", namespaceId: kept.id },
          { name: "CACHE_SECONDS", type: "plain_text", text: String(cacheSeconds) },
          { name: "CONFIRM_SECONDS", type: "plain_text", text: String(confirmSeconds) },
        ],
      },
      { parent: this },
    );
    new cloudflare.WorkersRoute(
      this.#named("route"),
      { zoneId, pattern: `${hostname}/*`, script: script.scriptName },
      { parent: this, dependsOn: balancer },
    );
  }
}
