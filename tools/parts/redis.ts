import { dirname } from "node:path";
import { which } from "../engine/index.ts";
import { ensurePackages } from "./debian.ts";
import type { Part } from "./part.ts";

const server = () => which("redis-server") ?? which("valkey-server");

/** Redis, or Valkey where that is what the system has; tests start servers of their own, with and without a cluster. */
export const redis: Part = {
  name: "Redis",
  find() {
    const found = server();
    return found && dirname(found);
  },
  async ensure(progress) {
    await ensurePackages("Redis", [{ package: "redis-server", present: () => server() !== undefined }], progress);
    return dirname(server() ?? "");
  },
};

/** The command that starts a server. */
export const redisServer = (): string | undefined => server();
