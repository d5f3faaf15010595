import { expect, onTestFinished, test } from "vitest";
import { Sessions } from "../../../runtime/router/dashboard/sessions.ts";
import { openRedis } from "../../../runtime/router/money/index.ts";
import { describeWithRedis, RedisServer } from "../../support/redis.ts";
import { until } from "../../support/wait.ts";

function connected({ url }: RedisServer) {
  const redis = openRedis({ urls: [url], cluster: false, timeoutMs: 2_000 }, () => {});
  onTestFinished(() => redis.disconnect());
  return { redis, sessions: new Sessions({ redis, name: "test" }) };
}

const who = { keyId: "admin", sha256: "0".repeat(64) };

describeWithRedis("sessions in Redis", () => {
  test("one that began while Redis was away goes on when it is there, for every router, until it is ended", async () => {
    const server = await RedisServer.start();
    onTestFinished(() => server.stop());
    const [one, other] = [connected(server), connected(server)];
    // No connection is there yet.
    const early = await one.sessions.begin(who, 60_000);
    expect(await one.sessions.find(early)).toMatchObject(who);
    expect(await other.sessions.find(early)).toBeUndefined();
    await until(() => one.redis.status === "ready" && other.redis.status === "ready");
    expect(await one.sessions.find(early)).toMatchObject(who);
    expect(await other.sessions.find(early)).toMatchObject(who);
    await other.sessions.end(early);
    expect(await one.sessions.find(early)).toBeUndefined();
  });
});
