import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { answerTokens, jsonAnswer, type Kind, sseAnswer } from "../../../tools/bench/conversation.ts";
import { ask } from "../../../tools/bench/load/ask.ts";
import { hold } from "../../../tools/bench/load/hold.ts";
import type { Target } from "../../../tools/bench/load/job.ts";

const events = sseAnswer(answerTokens, true);
const never = new AbortController().signal;
const ignore = () => {};

async function serve(answer: (response: ServerResponse, question: string) => void): Promise<Target> {
  const server = createServer((request, response) => {
    let question = "";
    request.on("data", (part: Buffer) => {
      question += part;
    });
    request.on("end", () => answer(response, question));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, model: "fake-model", headers: {} };
}

const job = (target: Target, ...kinds: Kind[]) =>
  ({ type: "ask", target, kinds, connections: 4, pauseMs: 0, seconds: 0, atLeast: 40, longestSeconds: 60 }) as const;

function whole(response: ServerResponse, question: string): void {
  if (!question.includes('"stream":true')) response.end(jsonAnswer(answerTokens));
  else {
    for (const event of events) response.write(event);
    response.end();
  }
}

test("questions of both kinds are asked in turn until enough are answered", async () => {
  const result = await ask(job(await serve(whole), "json", "sse"), never, ignore);
  expect(result.failure).toBeUndefined();
  expect(result.requests).toBeGreaterThanOrEqual(40);
  expect(result.first.p50).toBeGreaterThan(0);
  expect(result.whole.p50).toBeGreaterThanOrEqual(result.first.p50);
});

test("a connection that the server closes after an answer is opened again", async () => {
  const target = await serve((response) => {
    response.setHeader("connection", "close").end(jsonAnswer(answerTokens));
  });
  expect((await ask(job(target, "json"), never, ignore)).failure).toBeUndefined();
});

test("an answer that breaks off fails the job, and nothing is asked after it", async () => {
  let questions = 0;
  const target = await serve((response) => {
    questions++;
    response.write(events[0] ?? "", () => response.destroy());
  });
  const result = await ask(job(target, "sse"), never, ignore);
  expect(result).toMatchObject({ requests: 0, failure: "the connection was closed within an answer" });
  expect(questions).toBeLessThanOrEqual(4);
});

test("a job that is stopped before its time ends with what it has", async () => {
  const stop = new AbortController();
  let questions = 0;
  const target = await serve((response, question) => {
    if (++questions === 10) stop.abort();
    whole(response, question);
  });
  const result = await ask({ ...job(target, "json"), atLeast: 1_000_000 }, stop.signal, ignore);
  expect(result.failure).toBeUndefined();
  expect(result.requests).toBeLessThan(100);
});

test("held streams are counted as complete or lost", async () => {
  let streams = 0;
  const target = await serve((response) => {
    const lost = ++streams % 5 === 0;
    response.end((lost ? events.slice(0, -1) : events).join(""));
  });
  const state = await hold({ type: "hold", target, streams: 20, tokens: answerTokens }, never, ignore);
  expect(state).toEqual({ open: 0, complete: 16, lost: 4, failure: "a stream that ends without [DONE]" });
});
