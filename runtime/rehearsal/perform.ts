import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { rehearse } from "./answer.ts";
import type { Bill } from "./received.ts";
import type { Behaviour, Fault } from "./script.ts";
import type { Asked, Refusal, RehearsalWire, StreamParts } from "./wires/index.ts";

/** Where an answer goes, and when nobody waits for it any more. */
interface Outlet {
  readonly wire: RehearsalWire;
  readonly behaviour: Behaviour;
  readonly response: ServerResponse;
  readonly gone: AbortSignal;
}

/** Answers one chat request as its script says; resolves when there is nothing more to send. */
export function performChat(
  wire: RehearsalWire,
  asked: Asked,
  behaviour: Behaviour,
  response: ServerResponse,
  bill: Bill,
) {
  return perform({ wire, behaviour, response }, async (outlet) => {
    const refusal = refusalOf(wire, asked, behaviour);
    if (refusal) return refuse(refusal, asked.stream, outlet);
    if (behaviour.raw) return sendRaw(behaviour.raw, outlet);
    const answer = rehearse(asked, behaviour);
    bill.promptTokens = answer.usage.prompt_tokens;
    if (asked.stream) {
      return stream(wire.stream(answer, asked), "text/event-stream", outlet, () => bill.completionTokens++);
    }
    bill.completionTokens = answer.usage.completion_tokens;
    await sleep(behaviour.gapMs * answer.words.length, undefined, { signal: outlet.gone });
    await whole(wire.whole(answer, asked), outlet);
  });
}

/** Answers with one body, or one that is empty; the faults of a whole answer are played too. */
export function performBody(
  wire: RehearsalWire,
  body: object | undefined,
  behaviour: Behaviour,
  response: ServerResponse,
) {
  return perform({ wire, behaviour, response }, async (outlet) => {
    if (behaviour.raw) return sendRaw(behaviour.raw, outlet);
    if (body === undefined) response.writeHead(200).end();
    else await whole(body, outlet);
  });
}

/** What becomes of a chat request, in a word or two: the provider's own view of it. */
export function outcomeOf(wire: RehearsalWire, asked: Asked, behaviour: Behaviour): string {
  const { fault } = behaviour;
  if (fault?.type === "status") return String(fault.status);
  if (fault && ["reset", "slow-headers", "content-type"].includes(fault.type)) return fault.type;
  const refusal = refusalOf(wire, asked, behaviour);
  if (refusal) return `refused: ${refusal.kind}`;
  const after = fault && "afterEvents" in fault ? ` after ${fault.afterEvents}` : "";
  return fault ? `${fault.type}${after}` : "answer";
}

async function perform(parts: Omit<Outlet, "gone">, answer: (outlet: Outlet) => Promise<void>): Promise<void> {
  const gone = new AbortController();
  parts.response.once("close", () => gone.abort());
  const outlet = { ...parts, gone: gone.signal };
  try {
    if (!(await faultBeforeAnswer(outlet))) await answer(outlet);
  } catch (error) {
    // The router went away while we waited: that is what tests look for, not an error.
    if (!gone.signal.aborted) throw error;
  }
}

/** Faults that show before the first byte of an answer; true when there is none to come. */
async function faultBeforeAnswer({ wire, behaviour: { fault }, response, gone }: Outlet): Promise<boolean> {
  switch (fault?.type) {
    case "reset":
      response.socket?.resetAndDestroy();
      return true;
    case "status": {
      const { status, retryAfter, code, message = `rehearsal: status ${status}` } = fault;
      const details = { ...(code === undefined ? {} : { code }), ...(retryAfter === undefined ? {} : { retryAfter }) };
      response.writeHead(status, {
        "content-type": fault.contentType,
        ...(retryAfter === undefined ? {} : { "retry-after": retryAfter }),
      });
      response.end(fault.body ?? JSON.stringify(wire.error(status, message, details)));
      return true;
    }
    case "content-type":
      response.writeHead(200, { "content-type": fault.contentType }).end(fault.body);
      return true;
    case "slow-headers":
      await (fault.ms === undefined ? forever(gone) : sleep(fault.ms, undefined, { signal: gone }));
      return false;
    default:
      return false;
  }
}

function refusalOf(
  wire: RehearsalWire,
  asked: Asked,
  { fault, contextTokens, prefill }: Behaviour,
): Refusal | undefined {
  const tokens = asked.promptTokens;
  if (fault?.type === "content-filter") return { kind: "content-filter" };
  if (fault?.type === "context-length") {
    return { kind: "context-length", tokens: Math.max(tokens, fault.limit + 1), limit: fault.limit };
  }
  if (contextTokens !== undefined && tokens > contextTokens) {
    return { kind: "context-length", tokens, limit: contextTokens };
  }
  if (prefill === "reject" && asked.prefill !== undefined) return { kind: "prefill" };
  const message = wire.complaint?.(asked);
  return message === undefined ? undefined : { kind: "invalid", message };
}

/** An error response; where the wire tells a refusal with status 200 it is a stream's only event. */
async function refuse(refusal: Refusal, streamed: boolean, { wire, response }: Outlet): Promise<void> {
  const { status, body } = wire.refuse(refusal);
  const json = JSON.stringify(body);
  const asEvent = streamed && status === 200;
  response.writeHead(status, { "content-type": asEvent ? "text/event-stream" : "application/json" });
  response.end(asEvent ? `data: ${json}\n\n` : json);
}

async function whole(answer: object, { wire, behaviour, response, gone }: Outlet): Promise<void> {
  await sleep(behaviour.firstTokenMs, undefined, { signal: gone });
  const { fault } = behaviour;
  const body = JSON.stringify(fault?.type === "inband" ? wire.error(503, fault.message) : answer);
  const half = body.slice(0, body.length / 2);
  response.writeHead(200, { "content-type": "application/json" });
  switch (fault?.type) {
    case "huge":
      return writeHuge(response, fault.bytes, [`{"rehearsal":"`, `"}`], gone);
    case "malformed":
    case "end":
      response.end(half);
      return;
    case "cut":
      return breakOff(response, half);
    case "stall":
      response.write(half);
      return stall(fault, response, gone);
    default:
      response.end(body);
  }
}

async function stream(
  parts: StreamParts,
  contentType: string,
  outlet: Outlet,
  wrote: () => void = () => {},
): Promise<void> {
  const { behaviour, response, gone } = outlet;
  const { fault } = behaviour;
  response.writeHead(200, { "content-type": contentType, "cache-control": "no-cache" });
  response.flushHeaders();
  response.write(parts.opening);
  await sleep(behaviour.firstTokenMs, undefined, { signal: gone });
  for (const [index, { head = "", event }] of parts.words.entries()) {
    if (await faultBeforeWord(index, event, outlet)) return;
    response.write(head + event);
    wrote();
    if (behaviour.gapMs > 0) await sleep(behaviour.gapMs, undefined, { signal: gone });
  }
  if (await faultBeforeWord(parts.words.length, parts.ending[0] ?? "", outlet)) return;
  if (fault?.type === "huge") return writeHuge(response, fault.bytes, [`data: {"rehearsal":"`, `"}\n\n`], gone);
  for (const event of parts.ending) response.write(event);
  if (fault?.type !== "no-done") response.end(parts.done);
  else if (fault.hang) await forever(gone);
  else response.end();
}

/** Recorded bytes: each chunk counts as a word. */
function sendRaw({ contentType, chunks }: NonNullable<Behaviour["raw"]>, outlet: Outlet): Promise<void> {
  const words = chunks.map((event) => ({ event }));
  return stream({ opening: "", words, ending: [], done: "" }, contentType, outlet);
}

/** Faults in the middle of a stream; true when nothing more is to come. */
async function faultBeforeWord(index: number, next: string, { wire, behaviour, response, gone }: Outlet) {
  const { fault } = behaviour;
  if (!fault || !("afterEvents" in fault) || fault.afterEvents !== index) return false;
  switch (fault.type) {
    case "cut":
      await breakOff(response, "");
      return true;
    case "stall":
      await stall(fault, response, gone);
      return true;
    case "malformed":
      response.write(`${next.slice(0, next.length / 2)}\n\n`);
      return false;
    case "inband":
      response.end(wire.inBand(fault.message));
      return true;
    case "end":
      response.end();
      return true;
  }
}

/** Sends what is given, then cuts the connection without the proper end of the response. */
async function breakOff(response: ServerResponse, last: string): Promise<void> {
  if (last !== "") await new Promise((sent) => response.write(last, sent));
  response.socket?.destroySoon();
}

async function stall({ ms }: Extract<Fault, { type: "stall" }>, response: ServerResponse, gone: AbortSignal) {
  if (ms === undefined) return forever(gone);
  await sleep(ms, undefined, { signal: gone });
  return breakOff(response, "");
}

async function writeHuge(response: ServerResponse, size: number, [head, tail]: [string, string], gone: AbortSignal) {
  const block = "x".repeat(65_536);
  response.write(head);
  for (let sent = 0; sent < size && !response.destroyed; sent += block.length) {
    if (!response.write(block)) await once(response, "drain", { signal: gone });
  }
  response.end(tail);
}

const forever = (gone: AbortSignal): Promise<void> =>
  new Promise((resolve) =>
    gone.aborted ? resolve() : gone.addEventListener("abort", () => resolve(), { once: true }),
  );
