import fc from "fast-check";
import { expect, test } from "vitest";
import { passedOn } from "../../../runtime/router/telemetry/trace-context.ts";
import { type EndedSpan, passOn, serverSpan } from "../../../runtime/router/telemetry/tracer.ts";

const hex = (digits: number) =>
  fc
    .array(fc.constantFrom(..."0123456789abcdef"), { minLength: digits, maxLength: digits })
    .map((each) => each.join(""))
    .filter((text) => /[^0]/.test(text));

/** A request with one attempt. */
function traced(share: 0 | 1, headers: Record<string, string | string[]>) {
  const ended: EndedSpan[] = [];
  const tracer = { samples: () => share === 1, ended: (span: EndedSpan) => void ended.push(span) };
  const span = serverSpan(tracer, "POST /", headers);
  const client = span.child("chat m");
  const sent = client.headers;
  client.end(() => {});
  span.end(() => {});
  return { ended, sent };
}

const good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

test.each([
  ["nothing", undefined],
  ["no header's form", "garbage"],
  ["the version that is forbidden", `ff${good.slice(2)}`],
  ["more than version 00 has", `${good}-00`],
  ["a trace id of zeros", `00-${"0".repeat(32)}-b7ad6b7169203331-01`],
  ["a span id of zeros", `00-0af7651916cd43dd8448eb211c80319c-${"0".repeat(16)}-01`],
  ["capital letters", good.toUpperCase()],
  ["two headers that were joined", `${good}, ${good}`],
  ["a list of headers", [good, good]],
])("%s is no context", (_what, traceparent) => {
  const headers = { ...(traceparent === undefined ? {} : { traceparent }), tracestate: "a=b" };
  expect(passedOn(headers)).toEqual({});
  const { ended, sent } = traced(1, headers);
  expect(ended.map(({ remoteParent }) => remoteParent)).toEqual([false, false]);
  expect(sent.traceparent).not.toContain("0af7651916cd43dd8448eb211c80319c");
  expect(sent.tracestate).toBeUndefined();
});

const future = `cc${good.slice(2)}-what-the-future-brings`;

test("a later version is read for what version 00 knows of it", () => {
  const { ended, sent } = traced(0, { traceparent: future });
  expect(ended.length).toBe(2);
  expect(sent.traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[\da-f]{16}-01$/);
});

test("a state that no header can hold, or that is too long, is left behind", () => {
  for (const state of ["grüße=1", "a=\u0007", "a".repeat(513)]) {
    const headers = { traceparent: good, tracestate: state };
    expect(passedOn(headers)).toEqual({ traceparent: good });
    expect(traced(1, headers).sent.tracestate).toBeUndefined();
  }
});

test("a state goes on to whoever is called", () => {
  expect(traced(1, { traceparent: good, tracestate: "a=1,b=2" }).sent.tracestate).toBe("a=1,b=2");
});

test("without a collector a caller's context is passed on as it came, and none is made up", () => {
  const span = passOn({ traceparent: future, tracestate: "a=1,b=2" });
  expect(span.child("chat m").headers).toEqual({ traceparent: future, tracestate: "a=1,b=2" });
  expect(passOn({}).headers).toEqual({});
  expect(passOn({ tracestate: "a=1" }).headers).toEqual({});
});

test("what begins here and is not recorded tells the provider so, and nothing is kept", () => {
  const { ended, sent } = traced(0, {});
  expect(ended).toEqual([]);
  expect(sent.traceparent).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-00$/);
});

test("a caller's decision comes before the share", () => {
  fc.assert(
    fc.property(
      hex(32),
      hex(16),
      fc.nat({ max: 255 }),
      fc.constantFrom(0 as const, 1 as const),
      (traceId, spanId, flags, share) => {
        const header = `00-${traceId}-${spanId}-${flags.toString(16).padStart(2, "0")}`;
        const { ended, sent } = traced(share, { traceparent: header });
        const recorded = (flags & 1) === 1;
        expect(ended.length).toBe(recorded ? 2 : 0);
        if (recorded) expect(sent.traceparent).toBe(`00-${traceId}-${ended[0]?.spanId}-01`);
        else expect(sent.traceparent).toBe(header);
      },
    ),
  );
});
