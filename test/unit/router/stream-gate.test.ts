import { describe, expect, test } from "vitest";
import type { ChatEvent, ChatEventKind } from "../../../runtime/router/chat/index.ts";
import { StreamGate } from "../../../runtime/router/stream/stream-gate.ts";

const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
const event = (kind: ChatEventKind, name: string, choice = 0): ChatEvent => ({
  kind,
  bytes: Buffer.from(name),
  choices: [choice],
  deltas: [],
  ...(kind === "usage" ? { usage } : {}),
});
const names = (events: ChatEvent[]) => events.map(({ bytes }) => bytes.toString());

test("nothing is forwarded before the first visible event, then all in order", () => {
  const gate = new StreamGate();
  expect(gate.accept([event("preamble", "role")])).toEqual([]);
  expect(names(gate.accept([event("preamble", "filter"), event("content", "a")]))).toEqual(["role", "filter", "a"]);
  expect(names(gate.accept([event("preamble", "empty"), event("content", "b")]))).toEqual(["empty", "b"]);
});

test("finish, usage and the end are held", () => {
  const gate = new StreamGate();
  const forwarded = gate.accept([
    event("content", "a"),
    event("finish", "stop"),
    event("usage", "usage"),
    event("done", "[DONE]"),
  ]);
  expect(names(forwarded)).toEqual(["a"]);
  expect(gate).toMatchObject({ finished: true, done: true, usage });
  expect(names(gate.ending())).toEqual(["stop", "usage"]);
});

test("what follows a finish does not overtake it", () => {
  const gate = new StreamGate();
  expect(names(gate.accept([event("content", "a"), event("finish", "stop"), event("preamble", "block end")]))).toEqual([
    "a",
  ]);
  expect(names(gate.ending())).toEqual(["stop", "block end"]);
});

test("what follows the end is not looked at", () => {
  const gate = new StreamGate();
  expect(gate.accept([event("done", "[DONE]"), event("content", "late")])).toEqual([]);
});

describe("an answer is whole", () => {
  test("not before it has a finish reason", () => {
    const gate = new StreamGate();
    gate.accept([event("content", "a"), event("done", "[DONE]")]);
    expect(gate.finished).toBe(false);
  });

  test("not before each of its choices has one", () => {
    const gate = new StreamGate();
    gate.accept([event("content", "a", 0), event("content", "b", 1), event("finish", "stop", 0)]);
    expect(gate.finished).toBe(false);
    gate.accept([event("finish", "stop", 1)]);
    expect(gate.finished).toBe(true);
  });

  test("also when it is empty", () => {
    const gate = new StreamGate();
    expect(gate.accept([event("preamble", "role"), event("finish", "stop")])).toEqual([]);
    expect(gate.finished).toBe(true);
    expect(names(gate.ending())).toEqual(["role", "stop"]);
  });
});

test("a stream that never comes to a word is given up before it fills the memory", () => {
  const gate = new StreamGate();
  const large: ChatEvent = { kind: "preamble", bytes: Buffer.alloc(1024 * 1024), deltas: [] };
  expect(() => {
    for (let i = 0; i < 10; i++) gate.accept([large]);
  }).toThrow("never comes to the answer");
});
