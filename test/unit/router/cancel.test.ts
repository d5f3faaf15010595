import { expect, test } from "vitest";
import { Canceller, type CancelSignal } from "../../../runtime/router/cancel.ts";

test("Node's own signal is one", () => {
  const controller = new AbortController();
  const signal: CancelSignal = controller.signal;
  let heard = 0;
  signal.addEventListener("abort", () => heard++, { once: true });
  controller.abort(new Error("gone"));
  expect([signal.aborted, signal.reason?.message, heard]).toEqual([true, "gone", 1]);
});

test("tells each listener once, with the first reason", () => {
  const canceller = new Canceller();
  const heard: string[] = [];
  canceller.addEventListener("abort", () => heard.push(`one: ${canceller.reason?.message}`));
  canceller.addEventListener("abort", () => heard.push("two"));
  canceller.abort(new Error("first"));
  canceller.abort(new Error("second"));
  expect(heard).toEqual(["one: first", "two"]);
  expect(canceller.reason?.message).toBe("first");
});

test("a listener that was taken away hears nothing, and one that comes too late neither", () => {
  const canceller = new Canceller();
  const heard: string[] = [];
  const listener = () => heard.push("removed");
  canceller.addEventListener("abort", listener);
  canceller.removeEventListener("abort", listener);
  canceller.removeEventListener("abort", listener);
  canceller.abort(new Error("over"));
  canceller.addEventListener("abort", () => heard.push("late"));
  expect(heard).toEqual([]);
});

test("a listener may take others away while it is told", () => {
  const canceller = new Canceller();
  const heard: string[] = [];
  const second = () => heard.push("second");
  canceller.addEventListener("abort", () => {
    canceller.removeEventListener("abort", second);
    heard.push("first");
  });
  canceller.addEventListener("abort", second);
  canceller.abort(new Error("over"));
  // As it was when it was aborted: whoever waits is told, whatever others do.
  expect(heard).toEqual(["first", "second"]);
});
