import { describe, expect, test } from "vitest";
import { createTriton } from "../../../runtime/router/providers/triton/index.ts";
import {
  type Asked,
  callOf,
  cardWith,
  collect,
  fakeTriton,
  json,
  questionOf,
  said,
  sse,
  stream,
  textOf,
  tritonConfig,
} from "./triton-fixtures.ts";

const isConfig = ({ path }: Asked) => path.endsWith("/config");
const { signal } = new AbortController();

describe("chat", () => {
  test("asks for the model's prompt, in its inputs, and streams the answer", async () => {
    const { provider, asked } = await fakeTriton(
      (request, response) =>
        isConfig(request)
          ? json(response, 200, cardWith("question", "max_tokens"))
          : stream(response, 200, said("yes")),
      { triton: { models: { "my model": { prompt: "plain", input: "question" } } } },
    );
    const events = await collect(await provider.stream({ ...callOf("my model"), maxOutputTokens: 9 }));
    expect(textOf(events)).toBe("yes");
    expect(asked).toEqual([
      { method: "GET", path: "/v2/models/my%20model/config", body: undefined },
      { method: "POST", path: "/v2/models/my%20model/generate_stream", body: { question: "hello", max_tokens: 9 } },
    ]);
  });

  test("asks a model only once what it takes, and again after it took something else", async () => {
    let refuse = false;
    const { provider, asked } = await fakeTriton((request, response) => {
      if (isConfig(request)) json(response, 200, cardWith("text_input"));
      else if (refuse) json(response, 400, "{\"error\":\"unexpected inference input 'x' for model 'llama'\"}");
      else stream(response, 200, said("yes"));
    });
    const ask = async () => collect(await provider.stream(callOf("llama")));
    await ask();
    await ask();
    expect(asked.filter(isConfig)).toHaveLength(1);
    refuse = true;
    await expect(ask()).rejects.toMatchObject({ consequence: "alert" });
    refuse = false;
    await ask();
    expect(asked.filter(isConfig)).toHaveLength(2);
  });

  test("a user stays with one version of an A/B test, and both are asked", async () => {
    const { provider, asked } = await fakeTriton(
      (request, response) =>
        isConfig(request) ? json(response, 200, cardWith("text_input")) : stream(response, 200, said("yes")),
      { triton: { models: { llama: { versions: { "1": 1, "2": 1 } } } } },
    );
    const versionOf = async (stickyKey: string) => {
      await provider.stream({ ...callOf("llama"), stickyKey });
      return /\/versions\/(\d+)\/generate_stream$/.exec(asked.at(-1)?.path ?? "")?.[1];
    };
    const users = Array.from({ length: 20 }, (_, index) => `user ${index}`);
    const first: (string | undefined)[] = [];
    for (const user of users) first.push(await versionOf(user));
    const second: (string | undefined)[] = [];
    for (const user of users) second.push(await versionOf(user));
    expect(second).toEqual(first);
    expect(new Set(first)).toEqual(new Set(["1", "2"]));
  });

  test("what a model can't be told is refused by name, and known before the next question", async () => {
    const { provider, asked } = await fakeTriton((_, response) => json(response, 200, cardWith("text_input")));
    const stop = { stop: ["END"] };
    expect(provider.unsupported(questionOf(stop), "llama")).toEqual([]);
    await expect(provider.stream(callOf("llama", stop))).rejects.toMatchObject({
      consequence: "reject",
      rejection: { status: 400, param: "stop" },
    });
    expect(provider.unsupported(questionOf(stop), "llama")).toMatchObject([{ param: "stop" }]);
    expect(asked.every(isConfig)).toBe(true);
  });

  test("the client's leaving ends the request to Triton", async () => {
    let ended: () => void = () => {};
    const closed = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const { provider } = await fakeTriton((request, response) => {
      if (isConfig(request)) return json(response, 200, cardWith("text_input"));
      response.on("close", () => ended());
      response.writeHead(200, { "content-type": "text/event-stream" }).write(said("word"));
    });
    const client = new AbortController();
    const events = await provider.stream({ ...callOf("llama"), signal: client.signal });
    const reading = (async () => {
      for await (const _ of events) client.abort(new Error("client gone"));
    })();
    await expect(reading).rejects.toThrow("client gone");
    await closed;
  });
});

describe("an error response", () => {
  const event = sse({ error: "Failed to process the request(s): secret" });
  test.each<[string, number, string, object]>([
    [
      "a model that isn't there",
      404,
      '{"error":"Request for unknown model: \'x\' is not found"}',
      { consequence: "alert" },
    ],
    ["the same of older servers", 400, '{"error":"Request for unknown model: \'x\'"}', { consequence: "alert" }],
    ["no version is loaded", 400, '{"error":"\'x\' has no available versions"}', { consequence: "alert" }],
    ["other inputs", 400, '{"error":"expected number of inputs between 2 and 5 but got 1"}', { consequence: "alert" }],
    ["a model that failed at once", 400, event, { consequence: "failover" }],
    [
      "too long a prompt, told as an event",
      400,
      sse({ error: "prompt length (9) exceeds maximum input length (8)" }),
      { consequence: "reject", rejection: expect.objectContaining({ kind: "context_length" }) },
    ],
    [
      "a model whose process is gone",
      400,
      '{"error":"Stub process \'x\' is not healthy."}',
      { consequence: "failover" },
    ],
    ["a full queue", 503, '{"error":"Exceeds maximum queue size"}', { consequence: "failover", retryable: true }],
    [
      "too long a prompt",
      400,
      '{"error":"prompt length (9) exceeds maximum input length (8)"}',
      { consequence: "reject" },
    ],
  ])("%s", async (_, status, body, expected) => {
    const { provider } = await fakeTriton((request, response) =>
      isConfig(request) ? json(response, 200, cardWith("text_input")) : json(response, status, body),
    );
    const failure = await provider.stream(callOf("llama")).catch((error: unknown) => error);
    expect(failure).toMatchObject(expected);
    expect(String(failure)).not.toContain("secret");
  });

  test("an answer that is no stream is a failure", async () => {
    const { provider } = await fakeTriton((request, response) =>
      json(response, 200, isConfig(request) ? cardWith("text_input") : "{}"),
    );
    await expect(provider.stream(callOf("llama"))).rejects.toThrow("not text/event-stream");
  });
});

describe("embeddings", () => {
  const models = { vectors: { kind: "embed", input: "text", output: "vector", versions: { "2": 1 } } } as const;
  const embedder = (answer = vectorsOf) =>
    fakeTriton(
      (request, response) =>
        json(response, 200, isConfig(request) ? cardWith("text") : JSON.stringify(answer(request))),
      { triton: { models } },
    );
  /** One vector a text: its length, and a half. */
  const vectorsOf = ({ body }: Asked): object => {
    const texts = (body as { inputs: [{ data: string[] }] }).inputs[0].data;
    const data = texts.flatMap((text) => [text.length, 0.5]);
    return { model_version: "2", outputs: [{ name: "vector", shape: [texts.length, 2], data }] };
  };
  const embed = async (
    fake: Awaited<ReturnType<typeof embedder>>,
    body: Record<string, unknown>,
    model = "vectors",
  ) => {
    const answer = await fake.provider.embed?.({ model, body, stickyKey: "u", signal });
    return JSON.parse(answer?.bytes.toString() ?? "null") as {
      data: { embedding: unknown; index: number }[];
      model: string;
    };
  };

  test("a text as a tensor, the vector in the OpenAI wire's form", async () => {
    const fake = await embedder();
    expect(await embed(fake, { input: "abc" })).toEqual({
      object: "list",
      model: "vectors@2",
      data: [{ object: "embedding", index: 0, embedding: [3, 0.5] }],
    });
    expect(fake.asked.at(-1)).toEqual({
      method: "POST",
      path: "/v2/models/vectors/versions/2/infer",
      body: {
        inputs: [{ name: "text", datatype: "BYTES", shape: [1, 1], data: ["abc"] }],
        outputs: [{ name: "vector" }],
      },
    });
  });

  test("more texts than the model takes at once are asked in batches, and keep their order", async () => {
    const fake = await embedder();
    const input = Array.from({ length: 10 }, (_, index) => "x".repeat(index + 1));
    const { data } = await embed(fake, { input });
    expect(data.map(({ embedding, index }) => [index, embedding])).toEqual(input.map((_, at) => [at, [at + 1, 0.5]]));
    expect(fake.asked.filter((request) => !isConfig(request))).toHaveLength(3);
  });

  test("base64 holds 32-bit floats", async () => {
    const { data } = await embed(await embedder(), { input: "abc", encoding_format: "base64" });
    const bytes = Buffer.from(String(data[0]?.embedding), "base64");
    expect([bytes.readFloatLE(0), bytes.readFloatLE(4), bytes.length]).toEqual([3, 0.5, 8]);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["dimensions", { input: "a", dimensions: 8 }, "vectors"],
    ["input", { input: [[1, 2]] }, "vectors"],
    ["model", { input: "a" }, "llama"],
  ])("%s is refused by name", async (param, body, model) => {
    const refusal = { consequence: "reject", rejection: { status: 400, param } };
    await expect(embed(await embedder(), body, model)).rejects.toMatchObject(refusal);
  });

  test.each<[string, object]>([
    ["no output", {}],
    ["another output", { outputs: [{ name: "other", data: [1] }] }],
    ["too few numbers", { outputs: [{ name: "vector", data: [1] }] }],
    ["no numbers", { outputs: [{ name: "vector", data: ["1", "2"] }] }],
  ])("an answer with %s is a failure", async (_, answer) => {
    const fake = await embedder(() => answer);
    await expect(embed(fake, { input: ["a", "b"] })).rejects.toThrow("no vector for each text");
  });
});

describe("probe", () => {
  const index = JSON.stringify([
    { name: "llama", version: "1", state: "READY" },
    { name: "llama", version: "2", state: "READY" },
    { name: "old", version: "1", state: "UNAVAILABLE" },
  ]);

  test("names the models of which a version is loaded, and learns what they take", async () => {
    const { provider } = await fakeTriton(
      ({ path }, response) => {
        if (path === "/v2/health/ready") response.writeHead(200).end();
        else json(response, 200, path === "/v2/repository/index" ? index : cardWith("text_input"));
      },
      { triton: { models: { llama: {} } } },
    );
    expect(await provider.probe(signal)).toEqual({ models: ["llama"] });
    expect(provider.unsupported(questionOf({ stop: ["x"] }), "llama")).toHaveLength(1);
  });

  test("a server that is not ready is told as that", async () => {
    const { provider } = await fakeTriton((_, response) => void response.writeHead(400).end());
    await expect(provider.probe(signal)).rejects.toMatchObject({ message: "it is not ready", consequence: "failover" });
  });
});

test("the default model is the configured one, else the first that makes text", () => {
  const models = { vectors: { kind: "embed" }, llama: {} } as const;
  expect(createTriton(tritonConfig({ defaultModel: "big", triton: { models } }), 100).defaultModel).toBe("big");
  expect(createTriton(tritonConfig({ triton: { models } }), 100).defaultModel).toBe("llama");
  expect(createTriton(tritonConfig({}), 100).defaultModel).toBe("ensemble");
});
