import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";
import { expect, test } from "vitest";
import type { LiveRequest } from "../../../../runtime/dashboard/protocol.ts";
import { Board, shownRequests } from "../../../../runtime/router/dashboard/board.ts";
import { Viewer } from "../../../../runtime/router/dashboard/viewer.ts";

const refusals = (total: number) => ({ total, last: [] });
const request = (number: number, more: Partial<LiveRequest> = {}): LiveRequest => {
  return { number, id: `r${number}`, at: number, route: "/v1/route", attempts: 0, failures: [], ...more };
};

/** A connection that takes so much before it is full. */
class Wire extends EventEmitter {
  text = "";
  takes = true;
  readonly writableEnded = false;
  readonly destroyed = false;

  write(text: string): boolean {
    this.text += text;
    return this.takes;
  }

  get names(): string[] {
    return [...this.text.matchAll(/^event: (.+)$/gm)].map(([, name]) => name ?? "");
  }

  get lastId(): string | undefined {
    return [...this.text.matchAll(/^id: (.+)$/gm)].at(-1)?.[1];
  }
}

const viewerOf = (board: Board, wire: Wire, last?: string) =>
  new Viewer(board, wire as unknown as ServerResponse, "epoch", last);

test("what is the same as before is told to nobody", () => {
  const board = new Board();
  expect(board.set("refusals", refusals(1))).toBe(true);
  expect(board.set("refusals", refusals(1))).toBe(false);
  expect(board.since(board.at).events).toEqual([]);
});

test("a viewer gets everything first, and then what changed", () => {
  const board = new Board();
  board.set("refusals", refusals(1));
  board.set("ledger", { state: "none" });
  const wire = new Wire();
  const viewer = viewerOf(board, wire);
  viewer.tell();
  expect(wire.names).toEqual(["refusals", "ledger"]);
  board.set("refusals", refusals(2));
  viewer.tell();
  viewer.tell();
  expect(wire.names).toEqual(["refusals", "ledger", "refusals"]);
});

test("one that is slow gets the last state of each thing once it takes more, and nothing in between", () => {
  const board = new Board();
  board.set("refusals", refusals(0));
  const wire = new Wire();
  wire.takes = false;
  const viewer = viewerOf(board, wire);
  viewer.tell();
  const before = wire.text.length;
  for (let total = 1; total <= 10_000; total++) {
    board.set("refusals", refusals(total));
    viewer.tell();
  }
  expect(wire.text).toHaveLength(before);
  expect(viewer.stuckMs).toBeGreaterThan(0);
  wire.takes = true;
  wire.emit("drain");
  expect(wire.text.slice(before)).toContain(JSON.stringify(refusals(10_000)));
  expect(wire.names).toEqual(["refusals", "refusals"]);
});

test("who comes back gets what it has missed; from another router's life, everything", () => {
  const board = new Board();
  board.set("refusals", refusals(1));
  board.set("ledger", { state: "none" });
  const first = new Wire();
  viewerOf(board, first).tell();
  board.set("refusals", refusals(2));
  const back = new Wire();
  viewerOf(board, back, first.lastId).tell();
  expect(back.names).toEqual(["refusals"]);
  for (const unknown of ["other-2", "epoch-9999", "epoch-x", "", "epoch--1"]) {
    const all = new Wire();
    viewerOf(board, all, unknown).tell();
    expect(all.names, unknown).toEqual(["refusals", "ledger"]);
  }
});

test("the latest requests are kept, each as it is now", () => {
  const board = new Board();
  for (let number = 1; number <= 3 * shownRequests; number++) board.put(request(number));
  board.put(request(3 * shownRequests, { status: 200 }));
  const [event] = board.since(0).events;
  const told = JSON.parse(event?.data ?? "[]") as LiveRequest[];
  expect(told).toHaveLength(shownRequests);
  expect(told.at(-1)).toMatchObject({ number: 3 * shownRequests, status: 200 });
  expect(Math.min(...told.map(({ number }) => number))).toBe(2 * shownRequests + 1);
});
