import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AttemptClock, ClientGone } from "../../../runtime/router/attempt-clock.ts";
import { Canceller } from "../../../runtime/router/cancel.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

/** A clock, and how what it waits for ends. */
function waiting(totalMs = 600_000, client = new Canceller()) {
  const clock = new AttemptClock(client, totalMs);
  const ended: string[] = [];
  clock.until(new Promise<string>(() => {})).catch((error: Error) => ended.push(error.message));
  return { clock, client, ended };
}

test("what is waited for ends at its deadline, not before, however far away that is", async () => {
  const { clock, ended } = waiting();
  clock.await("first token", 60_000);
  await vi.advanceTimersByTimeAsync(59_990);
  expect(ended).toEqual([]);
  await vi.advanceTimersByTimeAsync(20);
  expect(ended).toEqual(["no first token within 60000 ms"]);
  expect(clock.signal.aborted).toBe(true);
});

test("a deadline shorter than the look at the clock counts", async () => {
  const { clock, ended } = waiting();
  clock.await("next token", 30);
  await vi.advanceTimersByTimeAsync(31);
  expect(ended).toEqual(["no next token within 30 ms"]);
});

test("the next wait begins anew, and a shorter one ends sooner than the one before it would have", async () => {
  const { clock, ended } = waiting();
  clock.await("first token", 5_000);
  await vi.advanceTimersByTimeAsync(4_900);
  clock.await("next token", 500);
  await vi.advanceTimersByTimeAsync(490);
  clock.again();
  await vi.advanceTimersByTimeAsync(490);
  expect(ended).toEqual([]);
  await vi.advanceTimersByTimeAsync(20);
  expect(ended).toEqual(["no next token within 500 ms"]);
});

test("while a slow client has what came nobody waits for the provider, but the whole has an end", async () => {
  const { clock, ended } = waiting(10_000);
  clock.await("next token", 100);
  clock.pause();
  await vi.advanceTimersByTimeAsync(9_900);
  expect(ended).toEqual([]);
  await vi.advanceTimersByTimeAsync(200);
  expect(ended).toEqual(["no whole answer within 10000 ms"]);
});

test("a sign of life puts the end off, until there is none any more", async () => {
  const { clock, ended } = waiting();
  let heardAt = Number.NEGATIVE_INFINITY;
  clock.await("first token", 1_000, () => heardAt);
  await vi.advanceTimersByTimeAsync(900);
  heardAt = performance.now();
  await vi.advanceTimersByTimeAsync(900);
  expect(ended).toEqual([]);
  await vi.advanceTimersByTimeAsync(200);
  expect(ended).toEqual(["no first token within 1000 ms"]);
});

test("a client that goes ends it, also one that had gone before", async () => {
  const { client, ended } = waiting();
  client.abort(new Error("closed"));
  await vi.advanceTimersByTimeAsync(0);
  expect(ended).toEqual(["the client closed the connection"]);
  const late = waiting(1_000, client);
  expect(late.clock.signal.reason).toBeInstanceOf(ClientGone);
});

test("once it is over no timer is left", () => {
  const { clock } = waiting();
  clock.await("first token", 60_000);
  clock.end();
  clock.await("end", 1_000);
  expect(vi.getTimerCount()).toBe(0);
});
