import type { Match } from "./bulk.ts";

const usage = (
  service: string,
  usagetype: string,
  more: Partial<Match> & { attributes?: Record<string, string> } = {},
): Match => ({
  service,
  ...more,
  attributes: { usagetype, ...more.attributes },
});

/** Figures whose id says all. */
const single: Readonly<Record<string, Match>> = {
  "eks.cluster.standard": usage("AmazonEKS", "AmazonEKS-Hours:perCluster"),
  "ebs.gp3.storage": { service: "AmazonEC2", family: "Storage", attributes: { volumeApiName: "gp3" } },
  "nat.gateway": usage("AmazonEC2", "NatGateway-Hours"),
  "nat.data": usage("AmazonEC2", "NatGateway-Bytes"),
  "alb.hour": usage("AWSELB", "LoadBalancerUsage", { family: "Load Balancer-Application" }),
  "alb.lcu": usage("AWSELB", "LCUUsage", { family: "Load Balancer-Application" }),
  "nlb.hour": usage("AWSELB", "LoadBalancerUsage", { family: "Load Balancer-Network" }),
  "nlb.nlcu": usage("AWSELB", "LCUUsage", { family: "Load Balancer-Network" }),
  "vpce.interface.hour": usage("AmazonVPC", "VpcEndpoint-Hours"),
  "vpce.interface.data": usage("AmazonVPC", "VpcEndpoint-Bytes"),
  "ipv4.public": usage("AmazonVPC", "PublicIPv4:InUseAddress"),
  "secretsmanager.secret": usage("AWSSecretsManager", "AWSSecretsManager-Secrets"),
  "ecr.storage": usage("AmazonECR", "TimedStorage-ByteHrs"),
  "s3.standard": usage("AmazonS3", "TimedStorage-ByteHrs", { attributes: { volumeType: "Standard" } }),
  "sqs.standard": usage("AWSQueueService", "Requests-Tier1", { size: 1_000_000 }),
  "sqs.fifo": usage("AWSQueueService", "Requests-FIFO-Tier1", { size: 1_000_000 }),
  "apigateway.http": usage("AmazonApiGateway", "ApiGatewayHttpRequest", { size: 1_000_000 }),
  "apigateway.rest": usage("AmazonApiGateway", "ApiGatewayRequest", { size: 1_000_000 }),
  "cloudwatch.logs.ingest": usage("AmazonCloudWatch", "DataProcessing-Bytes"),
  "cloudwatch.logs.storage": usage("AmazonCloudWatch", "TimedStorage-ByteHrs"),
};

/** What a figure is in the price list; undefined for those that are only changed by hand. */
export function matchOf(id: string): Match | undefined {
  if (Object.hasOwn(single, id)) return single[id];
  const [kind, ...rest] = id.split(".");
  if (kind === "ec2") {
    const attributes = {
      instanceType: rest.join("."),
      operatingSystem: "Linux",
      tenancy: "Shared",
      preInstalledSw: "NA",
      capacitystatus: "Used",
    };
    return { service: "AmazonEC2", attributes };
  }
  const rds = /^rds\.postgres\.(db\.\w+\.\w+)\.(single|multi)-az$/.exec(id);
  if (rds) {
    const deploymentOption = rds[2] === "multi" ? "Multi-AZ" : "Single-AZ";
    const attributes = { instanceType: rds[1] ?? "", databaseEngine: "PostgreSQL", deploymentOption };
    return { service: "AmazonRDS", family: "Database Instance", attributes };
  }
  const cache = /^elasticache\.(redis|valkey)\.(cache\.\w+\.\w+)$/.exec(id);
  if (cache) {
    const cacheEngine = cache[1] === "redis" ? "Redis" : "Valkey";
    return {
      service: "AmazonElastiCache",
      family: "Cache Instance",
      attributes: { instanceType: cache[2] ?? "", cacheEngine },
    };
  }
  return undefined;
}
