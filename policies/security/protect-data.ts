import { linkTo, type Policy } from "../pack/policy.ts";
import { shown } from "../pack/reading.ts";

const name = "protect-data";

/** What says by itself that it can't be deleted, by type. */
const holdsData: Readonly<Record<string, string | undefined>> = {
  "aws:rds/instance:Instance": "deletionProtection",
  "aws:rds/cluster:Cluster": "deletionProtection",
  "aws:elasticache/replicationGroup:ReplicationGroup": undefined,
  "aws:s3/bucket:Bucket": undefined,
  "aws:s3/bucketV2:BucketV2": undefined,
  "aws:kms/key:Key": undefined,
  "kubernetes:postgresql.cnpg.io/v1:Cluster": undefined,
};

/** In production, a renamed resource must not take the data with it. */
export const protectData: Policy = {
  name,
  level: "mandatory",
  reason: "In production, a renamed resource must not take the data with it.",
  link: linkTo(name),
  fix: "set protect: true in the resource's options, or say production: false",
  config: { production: { type: "boolean", description: "of the stack's components by default" } },
  check: {
    of: "resource",
    applies: (type) => type in holdsData,
    violations(resource, plan) {
      // A stack that does not say that it is none is taken for production.
      if (plan.fact("production") === false || resource.protect) return [];
      const key = holdsData[resource.type];
      if (key === undefined) return ["it is not protected"];
      const found = resource.properties[key];
      return found === true ? [] : [`it is not protected, and ${key} is ${shown(found)}`];
    },
  },
};
