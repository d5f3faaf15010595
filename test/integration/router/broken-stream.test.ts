import { expect, test } from "vitest";
import { until } from "../../support/wait.ts";
import { bearer, dataOf, type ErrorBody, jsonType, onChat, pair, says, textOf } from "./support.ts";

const words = "rehearsal one two three four five";

test.each([
  ["cut", ""],
  ["end", "its stream was cut off"],
  ["malformed", "its stream holds a malformed event"],
  ["inband", "an error inside of its answer"],
  ["stall", "no next token within 500 ms"],
])(
  "a stream that breaks off (%s) after words were sent ends with an error, never as if it were whole",
  async (type, reason) => {
    const { router, local } = await pair(
      onChat({ text: words, gapMs: 20, fault: { type, afterEvents: 3 } }),
      says("other"),
      {
        config: { deadlines: { betweenTokensMs: 500 }, streaming: { onBreak: "error" } },
      },
    );
    const response = await router.chat({ model: "openai", stream: true });
    const stream = await response.text();
    const data = dataOf(stream);
    expect(textOf(stream)).toBe("rehearsal one two ");
    expect(data).not.toContain("[DONE]");
    expect(stream).not.toContain('"finish_reason":"stop"');
    const { error } = JSON.parse(data.at(-1) ?? "") as ErrorBody;
    expect(error).toMatchObject({
      code: "all_backends_down",
      message: expect.stringContaining("The answer broke off"),
    });
    expect(error.message).toContain(reason);
    expect(local.requests).toEqual([]);
    expect(await router.requestLine()).toMatchObject({ level: "warn", outcome: "broken_off", backend: "openai" });
  },
);

test.each([false, true])("a whole answer that lacks only [DONE] is whole (connection kept open: %s)", async (hang) => {
  const { router } = await pair(
    onChat({ text: words, fault: { type: "no-done", hang } }),
    {},
    {
      config: { deadlines: { betweenTokensMs: 1_000 } },
    },
  );
  const stream = await (await router.chat({ model: "openai", stream: true })).text();
  expect(textOf(stream)).toBe(words);
  expect(dataOf(stream).at(-1)).toBe("[DONE]");
  expect(await router.requestLine()).toMatchObject({ outcome: "answered" });
});

test.each([true, false])("a client that goes away ends the upstream's work at once (stream: %s)", async (stream) => {
  const { router, openai, local } = await pair(
    onChat({ text: words, firstTokenMs: stream ? 0 : 3_600_000, gapMs: stream ? 1_000 : 0 }),
  );
  const client = new AbortController();
  const asked = fetch(`${router.url}/v1/chat/completions`, {
    method: "POST",
    headers: { ...bearer, ...jsonType },
    body: JSON.stringify({ model: "openai", stream, messages: [{ role: "user", content: "hello" }] }),
    signal: client.signal,
  });
  asked.catch(() => {});
  await until(() => openai.requests.length === 1);
  if (stream) await (await asked).body?.getReader().read();
  client.abort();
  await until(() => openai.requests[0]?.state === "aborted");
  expect(await router.requestLine()).toMatchObject({ status: 499, outcome: "client_gone" });
  expect(local.requests).toEqual([]);
});

test("a slow reader is waited for, and gets every event", async () => {
  const text = `rehearsal ${"word ".repeat(20_000)}`;
  const { router } = await pair(says(text), {}, { config: { deadlines: { betweenTokensMs: 400 } } });
  const response = await router.chat({ model: "openai", stream: true, max_tokens: 100_000 });
  await new Promise((resume) => setTimeout(resume, 1_500));
  expect(textOf(await response.text())).toBe(text);
});
