import { isValues, type Value } from "../../infra/cost/index.ts";
import { linkTo, type Policy } from "../pack/policy.ts";
import { at, shown } from "../pack/reading.ts";

const name = "tenants-in-region";

/** A tag or label of whatever holds data of one tenant. */
const tenantKey = "hybrid-llm.io/tenant";
/** What copies data to another region by its nature. */
const copies = [
  "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup",
  "aws:kms/replicaKey:ReplicaKey",
  "aws:rds/globalCluster:GlobalCluster",
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
  "aws:s3/bucketReplicationConfiguration:BucketReplicationConfiguration",
];

function allowedFor(pinned: Value | undefined, tenant: string): readonly Value[] | undefined {
  const found = at(pinned, tenant);
  return typeof found === "string" ? [found] : Array.isArray(found) ? found : undefined;
}

/** The data of a tenant who is pinned to a region stays in that region's resources. */
export const tenantsInRegion: Policy = {
  name,
  level: "mandatory",
  reason: "The data of a tenant who is pinned to a region stays in that region's resources.",
  link: linkTo(name),
  fix: "move the resource to the tenant's region, or change pinnedTenants",
  check: {
    of: "plan",
    violations(plan) {
      // { tenant: region or regions }, of any component of the stack.
      const pinned = plan.fact("pinnedTenants");
      if (pinned === undefined) return [];
      if (!isValues(pinned)) return [{ message: `pinnedTenants is ${shown(pinned)}` }];
      return plan.resources.flatMap((resource) => {
        const { type, name: found, urn, properties } = resource;
        if (copies.includes(type)) return [{ message: `${type} ${found} copies data to another region`, urn }];
        const tenant = at(properties, "tags", tenantKey) ?? at(properties, "metadata", "labels", tenantKey);
        if (tenant === undefined) return [];
        if (typeof tenant !== "string") return [{ message: `the tenant of ${found} is ${shown(tenant)}`, urn }];
        const allowed = allowedFor(pinned, tenant);
        const region = plan.regionOf(resource);
        return allowed === undefined || (region !== undefined && allowed.includes(region))
          ? []
          : [
              {
                message: `${found} holds data of ${tenant} in ${region ?? "no known region"}; allowed is ${allowed.map(String)}`,
                urn,
              },
            ];
      });
    },
  },
};
