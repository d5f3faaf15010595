import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe } from "vitest";
import { openRedisStore } from "../../support/budget-redis.ts";
import { budgetStoreTests } from "../../support/budget-suite.ts";
import { describeWithRedis, RedisServer, startRedisCluster } from "../../support/redis.ts";

describeWithRedis("the budget of several routers", () => {
  describe("in one Redis", () => {
    let server: RedisServer;
    beforeAll(async () => {
      server = await RedisServer.start();
    });
    afterAll(() => server?.stop());
    budgetStoreTests(() => routersOn({ urls: [server.url], cluster: false }), 40);
  });

  describe("in a Redis Cluster of three nodes", () => {
    let cluster: Awaited<ReturnType<typeof startRedisCluster>>;
    beforeAll(async () => {
      cluster = await startRedisCluster();
    });
    afterAll(() => cluster?.stop());
    budgetStoreTests(() => routersOn({ urls: cluster.servers.map(({ url }) => url), cluster: true }), 15);
  });
});

async function routersOn(address: Parameters<typeof openRedisStore>[0]) {
  const name = `budget-${randomUUID()}`;
  const routers = await Promise.all([1, 2, 3].map(() => openRedisStore(address, { name })));
  return {
    routers,
    close: async () => {
      await Promise.all(routers.map((router) => router.close()));
    },
  };
}
