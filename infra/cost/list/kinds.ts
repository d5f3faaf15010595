import { z } from "zod";
import { includedIops, includedThroughput } from "../model/volumes.ts";
import { exactly, mapped, type Range, range, times } from "../range.ts";

const use = range.prefault(0);

/** What one entry buys, each by a figure of the price table: for one piece; the entry's quantity multiplies it. */
export interface Bought {
  readonly price: string;
  readonly what: string;
  readonly each: Range;
  readonly region?: "global" | "cloudflare";
}

export interface Kind<Fields extends z.ZodRawShape = z.ZodRawShape> {
  readonly fields: Fields;
  readonly says: string;
  bought(entry: z.output<z.ZodObject<Fields>>): (Bought | undefined)[];
}

const kind = <Fields extends z.ZodRawShape>(says: string, fields: Fields, bought: Kind<Fields>["bought"]): Kind =>
  ({ says, fields, bought }) as unknown as Kind;

const one = (price: string, what: string): Bought => ({ price, what, each: exactly(1) });
const of = (price: string, what: string, each: Range): Bought => ({ price, what, each });
/** Only where something of it is used: a zero needs no figure. */
const used = (price: string, what: string, each: Range): Bought | undefined =>
  each.max === 0 ? undefined : of(price, what, each);
const above = (value: Range, base: number): Range => mapped(value, (each) => Math.max(0, each - base));
const at = (region: "global" | "cloudflare", ...lines: (Bought | undefined)[]): (Bought | undefined)[] =>
  lines.map((line) => line && { ...line, region });

const gp3 = { iops: range.prefault(includedIops), throughput: range.prefault(includedThroughput) };
const volume = (size: Range, iops: Range, throughput: Range): (Bought | undefined)[] => [
  used("ebs.gp3.storage", "gp3", size),
  used("ebs.gp3.iops", `IOPS above ${includedIops}`, above(iops, includedIops)),
  used("ebs.gp3.throughput", `MB/s above ${includedThroughput}`, above(throughput, includedThroughput)),
];

/** The types of a list of resources, with their fields and what these mean. Amounts of use are a month's. */
export const kinds: Readonly<Record<string, Kind>> = {
  "eks-cluster": kind("a control plane", { extendedSupport: z.boolean().default(false) }, ({ extendedSupport }) => [
    one(extendedSupport ? "eks.cluster.extended" : "eks.cluster.standard", "control plane"),
  ]),
  ec2: kind("an instance, also one of a node group or pool", { instanceType: z.string(), diskGiB: use }, (entry) => [
    one(`ec2.${entry.instanceType}`, entry.instanceType),
    used("ebs.gp3.storage", "its volume", entry.diskGiB),
  ]),
  ebs: kind("a gp3 volume", { sizeGiB: range, ...gp3 }, ({ sizeGiB, iops, throughput }) =>
    volume(sizeGiB, iops, throughput),
  ),
  "nat-gateway": kind("a NAT gateway; its address is `public-ipv4`", { dataGB: use }, ({ dataGB }) => [
    one("nat.gateway", "hours"),
    used("nat.data", "data", dataGB),
  ]),
  alb: kind("an application load balancer; `lcu` on average", { lcu: use }, ({ lcu }) => [
    one("alb.hour", "hours"),
    used("alb.lcu", "capacity", lcu),
  ]),
  nlb: kind("a network load balancer; `lcu` on average", { lcu: use }, ({ lcu }) => [
    one("nlb.hour", "hours"),
    used("nlb.nlcu", "capacity", lcu),
  ]),
  "public-ipv4": kind("a public address", {}, () => [one("ipv4.public", "address")]),
  "vpc-endpoint": kind("an interface endpoint", { zones: range, dataGB: use }, ({ zones, dataGB }) => [
    of("vpce.interface.hour", "hours × zones", zones),
    used("vpce.interface.data", "data", dataGB),
  ]),
  "data-transfer": kind(
    "data that leaves: to the `internet`, another `region`, or another `zone` (each direction)",
    { to: z.enum(["internet", "region", "zone"]), dataGB: range },
    ({ to, dataGB }) => [
      of(
        { internet: "egress.internet", region: "egress.interregion", zone: "transfer.cross-az" }[to],
        `data to ${to}`,
        dataGB,
      ),
    ],
  ),
  rds: kind(
    "an RDS instance for PostgreSQL with gp3",
    { instanceClass: z.string(), multiAz: z.boolean().default(false), storageGiB: range },
    ({ instanceClass, multiAz, storageGiB }) => {
      const zones = multiAz ? "multi-az" : "single-az";
      return [
        one(`rds.postgres.${instanceClass}.${zones}`, `${instanceClass}, ${zones}`),
        of(`rds.gp3.storage.${zones}`, "storage", storageGiB),
      ];
    },
  ),
  aurora: kind(
    "an instance of Aurora PostgreSQL; storage and requests are the cluster's: name them at one of its instances",
    { instanceClass: z.string(), ioOptimized: z.boolean().default(false), storageGiB: use, ioRequests: use },
    ({ instanceClass, ioOptimized, storageGiB, ioRequests }) => {
      const form = ioOptimized ? "io-optimized" : "standard";
      return [
        one(`aurora.postgres.${instanceClass}.${form}`, instanceClass),
        used(`aurora.storage.${form}`, "storage", storageGiB),
        ioOptimized ? undefined : used("aurora.io", "requests", ioRequests),
      ];
    },
  ),
  elasticache: kind(
    "a node of a cache",
    { engine: z.enum(["redis", "valkey"]), nodeType: z.string() },
    ({ engine, nodeType }) => [one(`elasticache.${engine}.${nodeType}`, `${engine} ${nodeType}`)],
  ),
  "kms-key": kind("a key", { requests: use }, ({ requests }) => [
    one("kms.key", "key"),
    used("kms.requests", "requests", requests),
  ]),
  secret: kind("a secret of Secrets Manager", { requests: use }, ({ requests }) => [
    one("secretsmanager.secret", "secret"),
    used("secretsmanager.requests", "requests", requests),
  ]),
  s3: kind("a bucket", { storageGB: range }, ({ storageGB }) => [of("s3.standard", "storage", storageGB)]),
  ecr: kind("an image repository", { storageGB: range }, ({ storageGB }) => [of("ecr.storage", "storage", storageGB)]),
  sqs: kind("a queue", { requests: range, fifo: z.boolean().default(false) }, ({ requests, fifo }) => [
    of(fifo ? "sqs.fifo" : "sqs.standard", "requests", requests),
  ]),
  logs: kind("CloudWatch logs", { ingestGB: range, storageGB: use }, ({ ingestGB, storageGB }) => [
    of("cloudwatch.logs.ingest", "ingestion", ingestGB),
    used("cloudwatch.logs.storage", "storage", storageGB),
  ]),
  "api-gateway": kind(
    "an API Gateway",
    { kind: z.enum(["http", "rest"]).default("http"), requests: range },
    ({ kind: form, requests }) => [of(`apigateway.${form}`, "requests", requests)],
  ),
  "route53-zone": kind("a hosted zone", { queries: use, latencyQueries: use, geoQueries: use }, (entry) =>
    at(
      "global",
      one("route53.zone", "zone"),
      used("route53.queries.standard", "queries", entry.queries),
      used("route53.queries.latency", "latency queries", entry.latencyQueries),
      used("route53.queries.geo", "geo queries", entry.geoQueries),
    ),
  ),
  "route53-health-check": kind(
    "a health check, of an endpoint in AWS or not; `options` counts HTTPS, text match, latency, fast interval",
    { aws: z.boolean().default(false), options: use },
    ({ aws, options }) => {
      const where = aws ? "aws" : "other";
      return at(
        "global",
        one(`route53.healthcheck.${where}`, "check"),
        used(`route53.healthcheck.option.${where}`, "options", options),
      );
    },
  ),
  "global-accelerator": kind(
    "an accelerator; `dataGB` by way: na-na, eu-na, na-eu, na-apac, eu-eu, apac-apac",
    { dataGB: z.record(z.string(), range).default({}) },
    ({ dataGB }) =>
      at(
        "global",
        one("globalaccelerator.hour", "hours"),
        ...Object.entries(dataGB).map(([way, gb]) => used(`globalaccelerator.dt.${way}`, `data ${way}`, gb)),
      ),
  ),
  "cloudflare-workers": kind(
    "the Workers plan of an account, with its use",
    { requests: use, cpuMs: use, kvReads: use, kvWrites: use, kvStorageGB: use },
    (entry) =>
      at(
        "cloudflare",
        one("workers.plan", "plan"),
        used("workers.requests", "requests", entry.requests),
        used("workers.cpu", "CPU", entry.cpuMs),
        used("kv.reads", "KV reads", entry.kvReads),
        used("kv.writes", "KV writes", entry.kvWrites),
        used("kv.storage", "KV storage", entry.kvStorageGB),
      ),
  ),
  "cloudflare-load-balancer": kind(
    "a load balancer with all its endpoints (two are included)",
    { endpoints: range, steering: z.boolean().default(false), queries: use },
    ({ endpoints, steering, queries }) =>
      at(
        "cloudflare",
        one("lb.base", "base"),
        used("lb.endpoint", "endpoints", endpoints),
        steering ? one("lb.steering", "steering") : undefined,
        used("lb.queries", "queries", queries),
      ),
  ),
};

/** What an entry buys in all. */
export function linesOf(
  { fields, bought }: Kind,
  entry: Record<string, unknown>,
  quantity: Range,
): (Bought & { quantity: Range })[] {
  return bought(z.strictObject(fields).parse(entry)).flatMap((line) =>
    line ? [{ ...line, quantity: times(line.each, quantity) }] : [],
  );
}
