import { afterAll, beforeAll, expect, test } from "vitest";
import type { ChatRequest } from "../../../runtime/router/chat/index.ts";
import type { LlmProvider } from "../../../runtime/router/providers/provider.ts";
import { createTriton } from "../../../runtime/router/providers/triton/index.ts";
import { triton } from "../../../tools/parts/index.ts";
import {
  callOf,
  collect,
  deltasOf,
  questionOf,
  textOf,
  tritonConfig,
  user,
} from "../../unit/router/triton-fixtures.ts";
import { describeWithServer } from "../support.ts";
import { startTriton, type Triton } from "./server.ts";

describeWithServer(triton, "real Triton", (directory) => {
  let server: Triton;
  let provider: LlmProvider;
  const signal = AbortSignal.timeout(170_000);

  beforeAll(async () => {
    server = await startTriton(directory);
    const both = { "1": 3, "2": 1 };
    const models = {
      embed: { kind: "embed", input: "text", output: "embedding", versions: both },
      lines: { versions: both },
      words: { prompt: "plain" },
    } as const;
    provider = createTriton(tritonConfig({ baseUrl: server.url, triton: { models } }), 5_000);
  });

  afterAll(async () => {
    await provider.close();
    await server.stop();
  });

  const embed = async (input: string | string[], stickyKey: string) => {
    const answer = await provider.embed?.({ model: "embed", body: { input }, stickyKey, signal });
    return JSON.parse(answer?.bytes.toString() ?? "") as { model: string; data: { embedding: number[] }[] };
  };
  const ask = async (
    model: string,
    text: string,
    { stickyKey = "u", ...more }: Partial<ChatRequest> & { stickyKey?: string } = {},
  ) =>
    collect(
      await provider.stream({
        ...callOf(model, { messages: [user(text)], ...more }),
        stickyKey,
        maxOutputTokens: 9,
        signal,
      }),
    );
  /** What the model `lines` was given. */
  const given = async (text: string, more: Parameters<typeof ask>[2] = {}) =>
    JSON.parse(textOf(await ask("lines", text, more))) as Record<string, unknown>;
  const people = Array.from({ length: 60 }, (_, index) => `person ${index}`);

  test("the probe names its models", async () => {
    expect((await provider.probe(signal)).models.toSorted()).toEqual(["embed", "lines", "words"]);
  });

  test("a model that answers many times streams through generate_stream, counted and with its reason", async () => {
    const events = await ask("words", "one two three");
    expect(textOf(events)).toBe("one two three ");
    expect(deltasOf(events).filter(({ type }) => type === "text")).toHaveLength(3);
    expect(deltasOf(events).at(0)).toMatchObject({ type: "start", model: "words@2" });
    expect(deltasOf(events).at(-2)).toEqual({ type: "finish", choice: 0, reason: "stop" });
    expect(events.at(-1)?.usage).toEqual({ prompt_tokens: 3, completion_tokens: 3, total_tokens: 6 });
  });

  test("the limit of tokens reaches it", async () => {
    const events = await ask("words", "one two three", { maxOutputTokens: 2 });
    expect(textOf(events)).toBe("one two ");
    expect(deltasOf(events).at(-2)).toEqual({ type: "finish", choice: 0, reason: "length" });
  });

  test("an answer that breaks off is a failure, never an end", async () => {
    await expect(ask("words", "one two break")).rejects.toThrow("an error inside of its answer");
    await expect(ask("words", "break")).rejects.toThrow("the model failed");
  });

  test("a model that answers once gets tensors, parameters and the prompt", async () => {
    const sampling = { temperature: 0.5, stop: ["a", "b"], seed: 7 };
    expect(await given("hello", sampling)).toMatchObject({
      text_input: ["<|im_start|>user\nhello<|im_end|>\n<|im_start|>assistant\n"],
      max_tokens: [9],
      temperature: [0.5],
      stop_words: ["a", "b"],
      stream: [true],
      parameters: { seed: 7 },
    });
    await expect(ask("lines", "please fail")).rejects.toMatchObject({ consequence: "failover" });
  });

  test("what its inputs can't take is known after the first question", async () => {
    await given("hello");
    expect(provider.unsupported(questionOf({ presencePenalty: 1 }), "lines")).toMatchObject([
      { param: "presence_penalty" },
    ]);
  });

  test("a model that it doesn't have is our fault", async () => {
    await expect(ask("nobody", "hello")).rejects.toMatchObject({ consequence: "alert", status: 404 });
  });

  test("people are shared out between two versions by weight, and stay where they are", async () => {
    const versions = await Promise.all(people.map(async (stickyKey) => (await given("hello", { stickyKey })).version));
    expect(new Set(versions)).toEqual(new Set(["1", "2"]));
    expect(versions.filter((version) => version === "1").length).toBeGreaterThan(people.length / 2);
    const again = await Promise.all(people.map(async (stickyKey) => (await given("hello", { stickyKey })).version));
    expect(again).toEqual(versions);
  });

  test("concurrent embeddings become batches: the server's own metrics say so", async () => {
    const counted = async () => ({
      texts:
        (await server.metric("nv_inference_count", "embed", "1")) +
        (await server.metric("nv_inference_count", "embed", "2")),
      runs:
        (await server.metric("nv_inference_exec_count", "embed", "1")) +
        (await server.metric("nv_inference_exec_count", "embed", "2")),
    });
    const before = await counted();
    const answers = await Promise.all(people.map((text) => embed(text, text)));
    const after = await counted();
    for (const [index, { model, data }] of answers.entries()) {
      const text = people[index] ?? "";
      const version = Number(model.replace("embed@", ""));
      expect(data[0]?.embedding).toEqual([version, text.length, text.charCodeAt(0), text.charCodeAt(text.length - 1)]);
    }
    expect(after.texts - before.texts).toBe(people.length);
    expect(after.runs - before.runs).toBeLessThan(people.length);
  });

  test("more texts than its batch come back in order", async () => {
    const { data } = await embed(people, "u");
    expect(data.map(({ embedding }) => embedding[3])).toEqual(people.map((text) => text.charCodeAt(text.length - 1)));
  });

  test("unloading and loading by explicit control is seen by the probe", async () => {
    await server.control("words", "unload");
    await expect
      .poll(async () => (await provider.probe(signal)).models.toSorted(), { timeout: 60_000 })
      .toEqual(["embed", "lines"]);
    await expect(ask("words", "gone")).rejects.toMatchObject({ consequence: "alert" });
    await server.control("words", "load");
    expect((await provider.probe(signal)).models.toSorted()).toEqual(["embed", "lines", "words"]);
    expect(textOf(await ask("words", "back again"))).toBe("back again ");
  });
});
