import { Cluster, Redis } from "ioredis";

export interface RedisAddress {
  /** `redis://` or `rediss://`, with user and password where there are any; of a cluster one or more of its nodes. */
  readonly urls: readonly string[];
  readonly cluster: boolean;
  /** The deadline of a connection, and of each command; milliseconds. */
  readonly timeoutMs: number;
}

export type RedisClient = Redis | Cluster;

/** Less than the time that routers have to report what they have open after a rebuild. */
const longestPauseMs = 500;
const pauseBefore = (attempt: number): number => Math.min(longestPauseMs, 25 * 2 ** Math.min(attempt, 10));

/**
 * A client that never keeps anybody waiting: while there is no connection a command fails at once, with one it fails at
 * its deadline, and none is sent again behind its sender's back. It reconnects for as long as it lives.
 *
 * @param onError told of lost connections; ioredis would write them to the console otherwise
 */
export function openRedis({ urls, cluster, timeoutMs }: RedisAddress, onError: (error: Error) => void): RedisClient {
  const common = {
    commandTimeout: timeoutMs,
    connectTimeout: timeoutMs,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // A primary that was demoted: its address may lead to the new one by now.
    reconnectOnError: (error: Error) => error.message.startsWith("READONLY"),
  };
  const nodes = urls.map((url) => new URL(url));
  const [first] = nodes;
  if (!first) throw new RangeError("Redis has no address");
  const client = cluster ? openCluster(nodes, common, timeoutMs) : new Redis(first.href, alone(common));
  client.on("error", onError);
  return client;
}

/** A client of the same server by a connection of its own, as who listens to a channel needs. */
export const connectAgain = (client: RedisClient): RedisClient =>
  client instanceof Cluster ? client.duplicate() : client.duplicate();

const alone = <Options extends object>(common: Options) => ({
  ...common,
  enableOfflineQueue: false,
  retryStrategy: pauseBefore,
});

function openCluster(nodes: readonly URL[], common: object, timeoutMs: number): Cluster {
  const [first] = nodes;
  return new Cluster(
    nodes.map(({ hostname, port }) => ({ host: hostname, port: Number(port || 6379) })),
    {
      enableOfflineQueue: false,
      clusterRetryStrategy: pauseBefore,
      slotsRefreshTimeout: timeoutMs,
      maxRedirections: 4,
      retryDelayOnFailover: 50,
      retryDelayOnClusterDown: 50,
      retryDelayOnTryAgain: 50,
      redisOptions: {
        ...common,
        ...(first?.username ? { username: decodeURIComponent(first.username) } : {}),
        ...(first?.password ? { password: decodeURIComponent(first.password) } : {}),
        ...(first?.protocol === "rediss:" ? { tls: {} } : {}),
      },
    },
  );
}
