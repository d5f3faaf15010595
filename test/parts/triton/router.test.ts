import { afterAll, beforeAll, expect, test } from "vitest";
import { triton } from "../../../tools/parts/index.ts";
import { onChat, router, says, textOf, upstream } from "../../integration/router/support.ts";
import { describeWithServer } from "../support.ts";
import { startTriton, type Triton } from "./server.ts";

const words = "one two three four five six seven";

describeWithServer(triton, "a router before real Triton", (directory) => {
  let server: Triton;

  beforeAll(async () => {
    server = await startTriton(directory);
  });

  afterAll(() => server.stop());

  const backend = () =>
    ({
      baseUrl: server.url,
      defaultModel: "words",
      triton: {
        models: {
          words: { prompt: "plain", versions: { "1": 1 } },
          embed: { kind: "embed", input: "text", output: "embedding", versions: { "2": 1 } },
        },
      },
    }) as const;
  const started = () => router({ config: { backends: { triton: backend() } } });
  const say = (content: string) => [{ role: "user", content }];

  test("a whole answer, its tokens counted by the model, said by the version that the weights chose", async () => {
    const response = await (await started()).chat({ model: "triton", messages: say(words) });
    expect(response.headers.get("x-router-backend")).toBe("triton");
    expect(await response.json()).toMatchObject({
      model: "words@1",
      choices: [{ message: { content: `${words} ` }, finish_reason: "stop" }],
      usage: { prompt_tokens: 7, completion_tokens: 7, total_tokens: 14 },
    });
  });

  test("a stream", async () => {
    const stream = await (await (await started()).chat({ model: "triton", stream: true, messages: say(words) })).text();
    expect(textOf(stream)).toBe(`${words} `);
    expect(stream).toContain('"finish_reason":"stop"');
    expect(stream).toMatch(/data: \[DONE\]\n\n$/);
  });

  test("a client of the Anthropic wire", async () => {
    const asked = { model: "triton/words", max_tokens: 3, messages: say(words) };
    const response = await (await started()).post("/v1/messages", asked);
    expect(await response.json()).toMatchObject({
      content: [{ type: "text", text: "one two three " }],
      stop_reason: "max_tokens",
      usage: { input_tokens: 7, output_tokens: 3 },
    });
  });

  test("embeddings", async () => {
    const response = await (await started()).post("/v1/embeddings", { model: "triton/embed", input: ["ab"] });
    expect(await response.json()).toMatchObject({ model: "embed@2", data: [{ index: 0, embedding: [2, 2, 97, 98] }] });
  });

  test("what it can't do is a 400 that names the field", async () => {
    const tools = [{ type: "function", function: { name: "f", parameters: { type: "object" } } }];
    const response = await (await started()).chat({ model: "triton", tools });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param: "tools", code: "invalid_request" } });
  });

  test("an answer that breaks off inside of it goes on at another backend", async () => {
    const openai = await upstream(says("one two three, says the rehearsal"));
    const { chat } = await router({
      config: {
        backends: { triton: backend(), openai: { baseUrl: openai.url, rehearsal: true } },
        failoverChain: ["triton", "openai"],
      },
    });
    const stream = await (await chat({ model: "triton", stream: true, messages: say("one two break") })).text();
    expect(textOf(stream)).toBe("one two three, says the rehearsal");
    expect(stream).toContain('"backend":"openai"');
  });

  test("it goes on where another backend's answer broke off", async () => {
    const openai = await upstream(
      onChat({ text: "rehearsal of words", gapMs: 20, fault: { type: "cut", afterEvents: 1 } }),
    );
    const { chat } = await router({
      config: {
        backends: { openai: { baseUrl: openai.url, rehearsal: true }, triton: backend() },
        failoverChain: ["openai", "triton"],
      },
    });
    const stream = await (await chat({ model: "openai", stream: true, messages: say("hello") })).text();
    // The model says its whole prompt again: the question, and the answer's beginning that it was given.
    expect(textOf(stream)).toBe("rehearsal hello rehearsal ");
    expect(stream).toMatch(/data: \[DONE\]\n\n$/);
  });
});
