import { which } from "../engine/index.ts";
import { debianPart } from "./debian.ts";

/** The command that starts a server. */
export const redisServer = (): string | undefined => which("redis-server") ?? which("valkey-server");

/** Redis, or Valkey where that is what the system has; tests start servers of their own, with and without a cluster. */
export const redis = debianPart("Redis", "redis-server", redisServer);
