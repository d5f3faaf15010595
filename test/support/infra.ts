import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import { type AwsScope, type CloudRegionScope, type PlaceArgs, placeOf } from "../../infra/region/index.ts";
import type { Registration } from "./pulumi-mocks.ts";

const place: PlaceArgs = { stack: "hybrid-llm-test", name: "eu-west-1", geography: "eu" };

/** A region of AWS, with its provider. */
export function awsScope(args: Partial<PlaceArgs> = {}): AwsScope {
  return { ...placeOf({ ...place, ...args }), aws: new aws.Provider("aws", { region: "eu-west-1" }) };
}

/** The same with a cluster. */
export function cloudScope(args: Partial<PlaceArgs> = {}): CloudRegionScope {
  return { ...awsScope(args), kubernetes: new kubernetes.Provider("kubernetes", { kubeconfig: "{}" }) };
}

/** What providers would compute. */
export function computedOutputs({ type, name }: Registration): Record<string, unknown> {
  const arn = `arn:aws:test:::${name}`;
  if (type === "aws:eks/cluster:Cluster") {
    return {
      arn,
      endpoint: `https://${name}.example.com`,
      certificateAuthority: { data: "Y2E=" },
      identities: [{ oidcs: [{ issuer: "https://oidc.example.com/id/1" }] }],
    };
  }
  if (type === "aws:ec2/launchTemplate:LaunchTemplate") return { latestVersion: 1 };
  if (type === "aws:elasticache/replicationGroup:ReplicationGroup") {
    return { arn, configurationEndpointAddress: `${name}.example.com` };
  }
  if (type === "aws:rds/cluster:Cluster") {
    const masterUserSecrets = [{ secretArn: `${arn}-secret` }];
    return { arn, endpoint: `${name}.example.com`, readerEndpoint: `${name}-ro.example.com`, masterUserSecrets };
  }
  if (type === "aws:rds/instance:Instance") {
    return { arn, address: `${name}.example.com`, masterUserSecrets: [{ secretArn: `${arn}-secret` }] };
  }
  if (type === "aws:s3/bucket:Bucket") return { arn, bucket: name };
  if (type === "aws:ecr/repository:Repository") return { arn, repositoryUrl: `registry.example.com/${name}` };
  if (type.startsWith("tls:") && type.endsWith("Key")) {
    return { privateKeyPem: `key of ${name}\n`, privateKeyPemPkcs8: `key of ${name}\n` };
  }
  if (type.startsWith("tls:")) return { certPem: `${name}\n`, certRequestPem: `${name}\n` };
  return type.startsWith("aws:") ? { arn } : {};
}

/** Registrations by logical name, without providers, the stack and components. */
export function byName(found: readonly Registration[]): Record<string, Registration> {
  return Object.fromEntries(found.map((registration) => [registration.name, registration]));
}

/** `Type name` of each resource that isn't the stack or a provider. */
export function listed(found: readonly Registration[]): string[] {
  return found
    .filter(({ type }) => !type.startsWith("pulumi:"))
    .map(({ type, name }) => `${type.split(":").at(-1)} ${name}`);
}
