import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UpstreamFailure } from "../../../runtime/router/providers/failure.ts";
import { eventsOf } from "../../../runtime/router/providers/triton/events.ts";
import { collect, deltasOf, said, sse, textOf } from "./triton-fixtures.ts";

const form = () => ({ id: "triton-1", output: "text_output", signal: new AbortController().signal });
const read = (...chunks: (string | Buffer)[]) =>
  collect(eventsOf(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), form()));

test("text as it comes, the version that says it, and the end of the response as the finish", async () => {
  const events = await read(said("Good "), said("morning"));
  expect(events.map(({ kind }) => kind)).toEqual(["content", "content", "finish"]);
  expect(deltasOf(events)).toEqual([
    { type: "start", id: "triton-1", model: "llama@3" },
    { type: "text", choice: 0, text: "Good " },
    { type: "text", choice: 0, text: "morning" },
    { type: "finish", choice: 0, reason: "stop" },
  ]);
});

test("a backend that counts and says why it ended is believed", async () => {
  const counts = { num_input_tokens: 12, num_output_tokens: 2 };
  const events = await read(
    said("a", { finish_reason: "None", ...counts }),
    said("b", { finish_reason: "length", ...counts }),
  );
  expect(events.map(({ kind }) => kind)).toEqual(["content", "content", "finish"]);
  const usage = { prompt_tokens: 12, completion_tokens: 4, total_tokens: 16 };
  expect(events.at(-1)?.usage).toEqual(usage);
  expect(deltasOf(events).slice(2)).toEqual([
    { type: "text", choice: 0, text: "b" },
    { type: "finish", choice: 0, reason: "length" },
    { type: "usage", usage },
  ]);
});

test("an empty text is no content", async () => {
  const events = await read(said(""), said([]), said("x"));
  expect(events.map(({ kind }) => kind)).toEqual(["preamble", "preamble", "content", "finish"]);
});

test("events are passed on in the bytes that came", async () => {
  const sent = [said("é"), said("b")];
  expect((await read(...sent)).slice(0, 2).map(({ bytes }) => bytes.toString())).toEqual(sent);
});

test("however the bytes are cut, the same is read", async () => {
  const bytes = Buffer.from([said("héllo "), said("wörld 🙂", { finish_reason: "stop" })].join(""));
  const whole = deltasOf(await read(bytes));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: bytes.length })), async (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
      expect(deltasOf(await read(...chunks))).toEqual(whole);
    }),
  );
});

describe("a bad answer is a failure", () => {
  const notUtf8 = Buffer.from(said("abc"));
  notUtf8[notUtf8.indexOf("abc")] = 0xff;

  test.each<[string, (string | Buffer)[], string]>([
    ["no JSON", ["data: {oops\n\n"], "malformed"],
    ["no object", ["data: [1]\n\n"], "malformed"],
    ["no data", ["event: x\n\n"], "malformed"],
    ["bytes that are not UTF-8", [notUtf8], "malformed"],
    ["no text", [said(undefined)], "malformed"],
    ["several texts", [said(["a", "b"])], "malformed"],
    ["no version", [sse({ text_output: "a" })], "malformed"],
    ["nothing at all", [], "holds no answer"],
    ["an event without its end", [said("a"), "data: {"], "ends inside of an event"],
    ["a reason that is none of an answer's", [said("a", { finish_reason: "abort" })], "broke its answer off"],
  ])("%s", async (_, chunks, message) => {
    await expect(read(...chunks)).rejects.toThrow(message);
  });

  test("an error inside of the answer, without its words; what was good before it is kept", async () => {
    const seen: string[] = [];
    const batches = eventsOf(
      Readable.from([said("good"), said("too") + sse({ error: "secret prompt" })].map((text) => Buffer.from(text))),
      form(),
    );
    const reading = (async () => {
      for await (const batch of batches) seen.push(textOf(batch));
    })();
    await expect(reading).rejects.toThrow(/^an error inside of its answer$/);
    expect(seen).toEqual(["good", "too"]);
  });

  test("a prompt that is too long is the client's, and known as that", async () => {
    const words = "The decoder prompt (length 9000) is longer than the maximum model length of 4096.";
    const failure = await read(sse({ error: words })).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UpstreamFailure);
    expect(failure).toMatchObject({ consequence: "reject", rejection: { kind: "context_length", message: words } });
  });

  test("a connection that breaks is no end of an answer", async () => {
    const body = (async function* () {
      yield Buffer.from(said("half"));
      throw Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" });
    })();
    const kinds: string[] = [];
    const reading = (async () => {
      for await (const batch of eventsOf(body, form())) kinds.push(...batch.map(({ kind }) => kind));
    })();
    await expect(reading).rejects.toThrow("connection closed");
    expect(kinds).toEqual(["content"]);
  });
});
