import { afterAll, beforeAll, expect, test } from "vitest";
import { parseRouterConfig } from "../../../runtime/config/index.ts";
import { HybridRouter } from "../../../runtime/router/index.ts";
import { ollama, tinyModelName, tinySentence } from "../../../tools/parts/index.ts";
import { errorOf, onChat, router, textOf, upstream } from "../../integration/router/support.ts";
import { describeWithServer } from "../support.ts";
import { type Ollama, startOllama } from "./server.ts";

describeWithServer(ollama, "a router before real Ollama", (directory) => {
  let server: Ollama;

  beforeAll(async () => {
    server = await startOllama(directory);
  });

  afterAll(() => server.stop());

  const local = () => ({ baseUrl: server.url, defaultModel: tinyModelName });
  const started = () => router({ config: { backends: { local: local() } } });

  test("a whole answer", async () => {
    const response = await (await started()).chat({ model: "local" });
    expect(response.headers.get("x-router-backend")).toBe("local");
    expect(response.headers.get("x-router-model")).toBe(tinyModelName);
    const { choices, usage } = (await response.json()) as {
      choices: { message: { content: string }; finish_reason: string }[];
      usage: { completion_tokens: number };
    };
    expect(choices[0]).toMatchObject({ message: { content: tinySentence }, finish_reason: "stop" });
    expect(usage.completion_tokens).toBeGreaterThan(5);
  });

  test("a stream", async () => {
    const stream = await (await (await started()).chat({ model: `local/${tinyModelName}`, stream: true })).text();
    expect(textOf(stream)).toBe(tinySentence);
    expect(stream).toMatch(/data: \[DONE\]\n\n$/);
  });

  test("a client of the Anthropic wire", async () => {
    const messages = [{ role: "user", content: "hello" }];
    const response = await (await started()).post("/v1/messages", { model: "local", max_tokens: 100, messages });
    expect(await response.json()).toMatchObject({
      type: "message",
      content: [{ type: "text", text: tinySentence }],
      stop_reason: "end_turn",
    });
  });

  test("it goes on where another backend's answer broke off", async () => {
    const openai = await upstream(onChat({ text: tinySentence, gapMs: 20, fault: { type: "cut", afterEvents: 3 } }));
    const { chat } = await router({
      config: {
        backends: { openai: { baseUrl: openai.url, rehearsal: true }, local: local() },
        failoverChain: ["openai", "local"],
      },
    });
    const stream = await (await chat({ model: "openai", stream: true })).text();
    // What stands in for the other backend says that it does.
    expect(textOf(stream)).toBe(`[rehearsal] ${tinySentence}`);
    expect(stream).toContain('"backend":"local"');
    expect(stream).toMatch(/data: \[DONE\]\n\n$/);
  });

  test("embeddings", async () => {
    const response = await (await started()).post("/v1/embeddings", {
      model: `local/${tinyModelName}`,
      input: ["a", "b"],
    });
    expect(await response.json()).toMatchObject({ object: "list", data: [{ index: 0 }, { index: 1 }] });
  });

  test("a model that Ollama doesn't have is told as that", async () => {
    const response = await (await started()).chat({ model: "local/nobody" });
    expect([404, 503]).toContain(response.status);
    expect((await errorOf(response)).message).toContain("model");
  });

  test("isLocalAvailable says whether it answers", async () => {
    const at = (baseUrl: string) =>
      new HybridRouter(parseRouterConfig({ backends: { local: { baseUrl } } }, "test"), {});
    const [here, nowhere] = [at(server.url), at("http://127.0.0.1:1")];
    expect(await here.isLocalAvailable()).toBe(true);
    expect(await nowhere.isLocalAvailable()).toBe(false);
    await Promise.all([here.close(), nowhere.close()]);
  });
});
