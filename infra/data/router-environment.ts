import * as pulumi from "@pulumi/pulumi";
import { database, type Endpoint, redisUser, type StoreEndpoints } from "./places.ts";

/** How a template of Vault Secrets Operator writes a field of the secret that it reads. */
export const fieldOf = (field: string): string => `{{ get .Secrets "${field}" }}`;

/** Fields of the stores' passwords in Vault. They are hexadecimal: nothing in them needs escaping in an address. */
export const passwordFields = { database: "database", redis: "redis" } as const;

/**
 * What the router is told of its stores, as templates: the addresses are here, the passwords where they are filled in.
 *
 * @param redis of ElastiCache, once AWS has named it
 */
export function routerEnvironment(
  endpoints: StoreEndpoints,
  redis?: pulumi.Input<Endpoint>,
): Record<"DATABASE_URL" | "REDIS_URL", pulumi.Input<string>> & Record<string, pulumi.Input<string>> {
  const { database: primary, replica, chroma } = endpoints;
  return {
    DATABASE_URL: databaseUrl(primary),
    ...(replica === undefined ? {} : { DATABASE_REPLICA_URL: databaseUrl(replica) }),
    REDIS_URL: redisAddresses(endpoints, redis),
    ...(chroma === undefined ? {} : { CHROMA_URL: `http://${chroma.host}:${chroma.port}` }),
  };
}

function redisAddresses({ redis }: StoreEndpoints, managed?: pulumi.Input<Endpoint>): pulumi.Input<string> {
  if (redis.nodes !== "elasticache") return redisUrl(redis.nodes, redisUser.inCluster);
  if (managed === undefined) throw new RangeError("ElastiCache's address: AWS names it; give what the component has");
  // The router takes several addresses for a cluster's: this one is, though it has one name.
  return pulumi.output(managed).apply((endpoint) => redisUrl([endpoint, endpoint], redisUser.elasticache));
}

/** The certificate is checked against the names in it; its root is in NODE_EXTRA_CA_CERTS. */
const databaseUrl = ({ host, port }: Endpoint): string =>
  `postgresql://${database.owner}:${fieldOf(passwordFields.database)}@${host}:${port}/${database.name}?sslmode=verify-full`;

const redisUrl = (nodes: readonly Endpoint[], user: string): string =>
  nodes.map(({ host, port }) => `rediss://${user}:${fieldOf(passwordFields.redis)}@${host}:${port}`).join(" ");
