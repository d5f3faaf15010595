import { describe, expect, test } from "vitest";
import { errorOf, onChat, pair, says, type TestRouter } from "./support.ts";

const streaming = { witnessMs: 3_600_000 };
const predictive = { enabled: false };
const config = { streaming, predictive };

type Pair = Awaited<ReturnType<typeof pair>>;

const isStream = ({ body }: { readonly body: unknown }) => (body as { stream?: boolean }).stream;
const asked = ({ openai }: Pair) => openai.requests.filter(({ path }) => path.endsWith("/chat/completions"));

async function witnessed(router: TestRouter): Promise<void> {
  await (await router.chat({ model: "openai", stream: true })).text();
}

describe("a JSON answer", () => {
  test("is asked for in one piece once a stream has shown that the model is well, and passed on as it came", async () => {
    const house = await pair(says("rehearsal one"), {}, { config });
    await house.router.chat({ model: "openai" });
    const response = await house.router.chat({ model: "openai" });
    expect(asked(house).map(isStream)).toEqual([true, undefined]);
    expect(response.headers.get("x-router-backend")).toBe("openai");
    expect(await response.json()).toMatchObject({
      id: "chatcmpl-rehearsal",
      choices: [{ message: { content: "rehearsal one" }, finish_reason: "stop" }],
      usage: { completion_tokens: 2 },
    });
    expect(await house.router.get("/metrics").then((metrics) => metrics.text())).toContain(
      'hybrid_llm_attempts_total{backend="openai",model="big",outcome="answered"} 2',
    );
  });

  test("is asked for as a stream while the model has shown too few response times", async () => {
    const house = await pair(says("rehearsal"), {}, { config: { streaming, predictive: { window: 3 } } });
    for (let i = 0; i < 5; i++) await house.router.chat({ model: "openai" });
    expect(asked(house).map(isStream)).toEqual([true, true, true, undefined, undefined]);
  });

  test("is always asked for as a stream where that is wanted, and for a client of another wire", async () => {
    const always = await pair(says("rehearsal"), {}, { config: { predictive, streaming: { witnessMs: 0 } } });
    for (let i = 0; i < 2; i++) await always.router.chat({ model: "openai" });
    expect(asked(always).map(isStream)).toEqual([true, true]);

    const other = await pair(says("rehearsal"), {}, { config });
    await witnessed(other.router);
    const messages = [{ role: "user", content: "hello" }];
    await other.router.post("/v1/messages", { model: "openai", max_tokens: 10, messages });
    expect(asked(other).map(isStream)).toEqual([true, true]);
  });

  test("is asked for as a stream again after a failure", async () => {
    const fails = { kind: "chat" as const, times: 1, behaviour: { fault: { type: "status", status: 500 } } } as const;
    const house = await pair(says("rehearsal"), says("rehearsal local"), { config });
    await witnessed(house.router);
    house.openai.setScript({ rules: [fails, { behaviour: { text: "rehearsal" } }] });
    expect((await house.router.chat({ model: "openai" })).headers.get("x-router-backend")).toBe("local");
    await house.router.chat({ model: "openai" });
    expect(asked(house).map(isStream)).toEqual([true, undefined, true]);
  });
});

describe("a JSON answer in one piece that is none goes on at the next target", () => {
  const choice = { index: 0, message: { role: "assistant", content: "half" } };
  const json = (body: object | string) => ({
    type: "content-type",
    contentType: "application/json",
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

  test.each([
    ["it breaks off", { type: "cut" }, "connection"],
    ["it ends too early", { type: "end" }, "its answer is not JSON"],
    ["it holds an error", { type: "inband" }, "an error inside of its answer"],
    ["it is a page", { type: "content-type" }, "its answer is not application/json"],
    ["it has no choices", json({ choices: [] }), "its answer has no choices"],
    ["it has no finish reason", json({ choices: [choice] }), "its answer ends without a finish reason"],
    ["it gave up", json({ choices: [{ ...choice, finish_reason: "error" }] }), 'its answer ended with "error"'],
    ["a choice is none", json({ choices: [7] }), "its answer has a malformed choice"],
    ["it is a list", json([1]), "its answer has no choices"],
  ])("where %s", async (_what, fault, reason) => {
    const house = await pair(says("rehearsal"), says("rehearsal local"), { config });
    await witnessed(house.router);
    house.openai.setScript(onChat({ fault }));
    const response = await house.router.chat({ model: "openai" });
    expect(response.headers.get("x-router-backend")).toBe("local");
    expect(response.headers.get("x-router-reason")).toContain(reason);
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: "rehearsal local" } }] });
  });

  test("a refusal is the client's, as in a stream", async () => {
    const house = await pair(says("rehearsal"), says("rehearsal local"), { config });
    await witnessed(house.router);
    house.openai.setScript(onChat({ fault: { type: "content-filter" } }));
    const response = await house.router.chat({ model: "openai" });
    expect(response.status).toBe(400);
    expect((await errorOf(response)).code).toBe("upstream_rejected");
    expect(house.local.requests).toEqual([]);
  });
});

describe("a JSON answer in one piece that does not come", () => {
  const deadlines = { firstTokenMs: 500 };

  test("is given up where nobody hears of the model", async () => {
    const house = await pair(says("rehearsal"), says("rehearsal local"), { config: { ...config, deadlines } });
    await witnessed(house.router);
    house.openai.setScript(onChat({ fault: { type: "slow-headers" } }));
    const response = await house.router.chat({ model: "openai" });
    expect(response.headers.get("x-router-backend")).toBe("local");
    expect(response.headers.get("x-router-reason")).toContain("no first token within 500 ms");
  });

  test("is waited for while others get first tokens", async () => {
    const slowly = { model: "big", times: 1, behaviour: { text: "rehearsal at last", firstTokenMs: 1_500 } };
    const house = await pair(says("rehearsal"), says("rehearsal local"), { config: { ...config, deadlines } });
    await witnessed(house.router);
    house.openai.setScript({ rules: [slowly, { behaviour: { text: "rehearsal" } }] });
    const answer = house.router.chat({ model: "openai" });
    let here = false;
    void answer.then(() => {
      here = true;
    });
    while (!here) await witnessed(house.router);
    expect((await answer).headers.get("x-router-backend")).toBe("openai");
    expect(await (await answer).json()).toMatchObject({ choices: [{ message: { content: "rehearsal at last" } }] });
  });
});
