import { Agent, get, request } from "node:http";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { until } from "../../support/wait.ts";
import { type Started, start, writeConfig } from "./process.ts";
import { bearer, chatPath, dataOf, jsonType, key, onChat, textOf, upstream } from "./support.ts";

async function service(
  script: Parameters<typeof upstream>[0],
  deadlines: object = {},
): Promise<Started & { requests: readonly { state: string }[] }> {
  const { url, requests } = await upstream(script);
  const config = {
    allowRehearsal: true,
    listen: { port: 0 },
    keys: [{ id: key.id, sha256: key.sha256 }],
    backends: { openai: { baseUrl: url, rehearsal: true } },
    deadlines,
  };
  return { ...(await start("router", ["--config", writeConfig(config)])), requests };
}

/** One request on an agent's own connection. */
function ask(url: string, agent: Agent): Promise<{ connection: string | undefined; status: number | undefined }> {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers: bearer }, (response) => {
      response.resume();
      response.on("error", reject);
      response.on("end", () => resolve({ connection: response.headers.connection, status: response.statusCode }));
    }).on("error", reject);
  });
}

test.each(["SIGTERM", "message"])("after %s a stream in flight is finished, then it exits with 0", async (how) => {
  const text = `rehearsal ${"word ".repeat(20)}`;
  const { child, url, exit, requests } = await service(onChat({ text, gapMs: 50 }));
  const streamed = fetch(url + chatPath, {
    method: "POST",
    headers: { ...bearer, ...jsonType },
    body: JSON.stringify({ model: "openai", stream: true, messages: [{ role: "user", content: "hello" }] }),
  }).then((response) => response.text());
  await until(() => requests.some(({ state }) => state === "open"));
  if (how === "SIGTERM") child.kill("SIGTERM");
  else child.send({ type: "drain" });
  const stream = await streamed;
  expect(textOf(stream)).toBe(text);
  expect(dataOf(stream).at(-1)).toBe("[DONE]");
  expect(await exit).toEqual({ code: 0, signal: null });
});

test("an idle connection is still served after the drain has begun, with Connection: close", async () => {
  const { child, url, exit } = await service({});
  const agents = Array.from({ length: 20 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  for (const agent of agents) expect((await ask(`${url}/livez`, agent)).connection).toBe("keep-alive");
  child.send({ type: "drain" });
  const first = agents[0] as Agent;
  await until(async () => (await ask(`${url}/readyz`, first)).status === 503);
  const answers = await Promise.all(agents.slice(1).map((agent) => ask(`${url}/livez`, agent)));
  expect(answers).toEqual(answers.map(() => ({ connection: "close", status: 200 })));
  expect(await exit).toMatchObject({ code: 0 });
});

test("under load no request is reset: each is answered, or was never connected", async () => {
  const { child, url, exit } = await service({});
  let answered = 0;
  const client = async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (;;) {
      try {
        const { status } = await ask(`${url}/v1/models`, agent);
        if (status !== 200) return `status ${status}`;
        answered++;
      } catch (error) {
        return (error as NodeJS.ErrnoException).code;
      }
    }
  };
  const clients = Array.from({ length: 16 }, client);
  await until(() => answered > 100);
  child.kill("SIGTERM");
  expect(new Set(await Promise.all(clients))).toEqual(new Set(["ECONNREFUSED"]));
  expect(await exit).toMatchObject({ code: 0 });
});

test("whoever never lets go is cut off at the deadline", async () => {
  const { child, url, exit, output } = await service(onChat({ fault: { type: "slow-headers" } }), { drainMs: 300 });
  const hanging = request(url + chatPath, { method: "POST", headers: { ...bearer, ...jsonType } });
  const cut = new Promise((resolve) => hanging.once("error", resolve));
  hanging.end(JSON.stringify({ model: "openai", messages: [{ role: "user", content: "hello" }] }));
  const half = connect(Number(new URL(url).port), "127.0.0.1", () => half.write("GET /livez HTTP/1.1\r\n"));
  half.on("error", () => {});
  await until(() => half.readyState === "open");
  child.kill("SIGTERM");
  await cut;
  expect(await exit).toMatchObject({ code: 0 });
  expect(output()).toContain("cut at the deadline");
});

test("the rehearsal drains by the same message", async () => {
  const { child, exit } = await start("rehearsal", []);
  child.send({ type: "drain" });
  expect(await exit).toEqual({ code: 0, signal: null });
});
