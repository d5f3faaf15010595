import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type Asked, rehearse } from "./answer.ts";
import { chatCompletion, chatStream, openAiError } from "./openai-wire.ts";
import type { Behaviour, Fault } from "./script.ts";

/** Answers one chat request as its script says; resolves when there is nothing more to send. */
export async function performChat(asked: Asked, behaviour: Behaviour, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  try {
    if (behaviour.fault && (await faultBeforeAnswer(behaviour.fault, response, gone.signal))) return;
    if (asked.stream) await stream(asked, behaviour, response, gone.signal);
    else await whole(asked, behaviour, response, gone.signal);
  } catch (error) {
    // The router went away while we waited: that is what tests look for, not an error.
    if (!gone.signal.aborted) throw error;
  }
}

/** Faults that show before the first byte of an answer; true when there is none to come. */
export async function faultBeforeAnswer(fault: Fault, response: ServerResponse, gone: AbortSignal): Promise<boolean> {
  switch (fault.type) {
    case "reset":
      response.socket?.resetAndDestroy();
      return true;
    case "status": {
      const error = { error: openAiError(fault.message ?? `rehearsal: status ${fault.status}`, null) };
      response.writeHead(fault.status, {
        "content-type": fault.contentType,
        ...(fault.retryAfter === undefined ? {} : { "retry-after": fault.retryAfter }),
      });
      response.end(fault.body ?? JSON.stringify(error));
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

async function whole(asked: Asked, behaviour: Behaviour, response: ServerResponse, gone: AbortSignal): Promise<void> {
  const answer = rehearse(asked, behaviour);
  await sleep(behaviour.firstTokenMs + behaviour.gapMs * answer.words.length, undefined, { signal: gone });
  const { fault } = behaviour;
  const body = JSON.stringify(
    fault?.type === "inband" ? { error: openAiError(fault.message, null) } : chatCompletion(answer),
  );
  response.writeHead(200, { "content-type": "application/json" });
  switch (fault?.type) {
    case "huge":
      return writeHuge(response, fault.bytes, [`{"rehearsal":"`, `"}`], gone);
    case "malformed":
    case "end":
      response.end(body.slice(0, body.length / 2));
      return;
    case "cut":
      return breakOff(response, body.slice(0, body.length / 2));
    case "stall":
      response.write(body.slice(0, body.length / 2));
      return forever(gone);
    default:
      response.end(body);
  }
}

async function stream(asked: Asked, behaviour: Behaviour, response: ServerResponse, gone: AbortSignal): Promise<void> {
  const events = chatStream(rehearse(asked, behaviour), asked.includeUsage);
  const { fault } = behaviour;
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  response.write(events.opening);
  await sleep(behaviour.firstTokenMs, undefined, { signal: gone });
  for (const [index, word] of events.words.entries()) {
    if (fault && "afterEvents" in fault && fault.afterEvents === index) {
      if (fault.type === "cut") return breakOff(response, "");
      if (fault.type === "stall") return forever(gone);
      if (fault.type === "malformed") response.write(`${word.slice(0, word.length / 2)}\n\n`);
      else {
        response.end(fault.type === "inband" ? events.error(fault.message) : "");
        return;
      }
    }
    response.write(word);
    if (behaviour.gapMs > 0) await sleep(behaviour.gapMs, undefined, { signal: gone });
  }
  if (fault?.type === "huge") return writeHuge(response, fault.bytes, [`data: {"rehearsal":"`, `"}\n\n`], gone);
  for (const event of events.ending) response.write(event);
  if (fault?.type !== "no-done") response.end(events.done);
  else if (fault.hang) await forever(gone);
  else response.end();
}

/** Sends what is given, then cuts the connection without the proper end of the response. */
async function breakOff(response: ServerResponse, last: string): Promise<void> {
  if (last !== "") await new Promise((sent) => response.write(last, sent));
  response.socket?.destroySoon();
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
