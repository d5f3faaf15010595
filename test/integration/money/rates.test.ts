import { expect, onTestFinished, test } from "vitest";
import { parseRouterConfig } from "../../../runtime/config/index.ts";
import { openRedis } from "../../../runtime/router/money/index.ts";
import { Rates } from "../../../runtime/router/rates/index.ts";
import { describeWithRedis, RedisServer } from "../../support/redis.ts";
import { eventually } from "../../support/wait.ts";

const { rates: config } = parseRouterConfig({ rates: { default: { requestsPerMinute: 10 } } }, "test");
const asking = { tenant: "school", keyId: "k1", bytes: 100, maxOutputTokens: 0 };

function routerOn({ url }: RedisServer): Rates {
  const client = openRedis({ urls: [url], cluster: false, timeoutMs: 500 }, () => {});
  onTestFinished(() => client.disconnect());
  return new Rates(client);
}

const admitted = async (rates: Rates): Promise<boolean> => {
  try {
    await rates.admit(config, asking);
    return true;
  } catch {
    return false;
  }
};

describeWithRedis("rates of several routers", () => {
  test("are counted together: so many may ask at once, at whichever router", async () => {
    const redis = await RedisServer.start();
    onTestFinished(() => redis.stop());
    const routers = [routerOn(redis), routerOn(redis)];
    await eventually("both routers", async () => String(await redis.command("CLIENT", "LIST")).split("\n").length > 3);
    const answers = await Promise.all(Array.from({ length: 40 }, (_, at) => admitted(routers[at % 2] as Rates)));
    expect(answers.filter(Boolean)).toHaveLength(10);
  });

  test("are counted by each alone while Redis is away, and requests go on", async () => {
    const redis = await RedisServer.start();
    const router = routerOn(redis);
    await eventually("the router", async () => String(await redis.command("CLIENT", "LIST")).split("\n").length > 2);
    expect(await admitted(router)).toBe(true);
    expect(await redis.command("DBSIZE")).toBe(1);
    await redis.stop();
    const answers = await Promise.all(Array.from({ length: 40 }, () => admitted(router)));
    expect(answers.filter(Boolean)).toHaveLength(10);
  });
});
