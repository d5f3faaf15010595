import { expect, test } from "vitest";
import { startRehearsal } from "../../../runtime/rehearsal/index.ts";
import { chatPath, jsonType, upstream } from "./support.ts";

const ask = (url: string, body: object) =>
  fetch(url + chatPath, {
    method: "POST",
    headers: { ...jsonType, authorization: "Bearer sk-canary" },
    body: JSON.stringify(body),
  });

const question = { model: "gpt", messages: [{ role: "user", content: "What is\n a monad?" }] };

test("its default answer repeats the question, says what it is and how to get a real one, and is always the same", async () => {
  const { url } = await upstream();
  const first = await (await ask(url, question)).text();
  expect(await (await ask(url, question)).text()).toBe(first);
  expect(first).toContain("This is a rehearsal");
  expect(first).toContain("What is a monad?");
  expect(first).toContain("OPENAI_API_KEY");
  expect(JSON.parse(first)).toMatchObject({ model: "rehearsal/gpt", usage: { prompt_tokens: 5 } });
});

test("a scripted answer says rehearsal even where its text does not", async () => {
  const { url } = await upstream({ rules: [{ behaviour: { text: "Paris" } }] });
  expect(await (await ask(url, question)).text()).toContain("[rehearsal] Paris");
});

test("rules are used in order, each as often as it says", async () => {
  const { url } = await upstream({
    rules: [
      { model: "other", behaviour: { fault: { type: "status", status: 418 } } },
      { path: chatPath, times: 2, behaviour: { fault: { type: "status", status: 503, retryAfter: "7" } } },
    ],
  });
  const first = await ask(url, question);
  expect([first.status, first.headers.get("retry-after")]).toEqual([503, "7"]);
  expect((await ask(url, { ...question, model: "other" })).status).toBe(418);
  expect((await ask(url, question)).status).toBe(503);
  expect((await ask(url, question)).status).toBe(200);
});

test("its script can be replaced over HTTP; a wrong one is refused and says why", async () => {
  const { url } = await upstream();
  const put = (script: object) =>
    fetch(`${url}/rehearsal/script`, { method: "PUT", headers: jsonType, body: JSON.stringify(script) });
  expect((await put({ rules: [{ behaviour: { text: "rehearsal two" } }] })).status).toBe(200);
  const wrong = await put({ rules: [{ behaviour: { fault: { type: "explode" } } }] });
  expect(wrong.status).toBe(400);
  expect(await wrong.text()).toContain("rules[0].behaviour.fault");
  expect(await (await ask(url, question)).text()).toContain("rehearsal two");
});

test("it shows what it received, without the key", async () => {
  const { url } = await upstream();
  await ask(url, question);
  const text = await (await fetch(`${url}/rehearsal/requests`)).text();
  expect(text).not.toContain("sk-canary");
  expect(JSON.parse(text)).toEqual([
    { method: "POST", path: chatPath, authorization: "present", body: question, state: "answered" },
  ]);
});

test("a limit of tokens shortens the answer and is said as its reason", async () => {
  const { url } = await upstream();
  const answer = (await (await ask(url, { ...question, max_tokens: 3 })).json()) as {
    choices: { finish_reason: string }[];
  };
  expect(answer).toMatchObject({ choices: [{ finish_reason: "length" }], usage: { completion_tokens: 3 } });
});

test("a wrong script is told before it listens", async () => {
  await expect(startRehearsal({ script: { rules: [{ times: 0 }] } })).rejects.toThrow("rules[0].times");
});
