import type { ChatEvent } from "../../chat/index.ts";
import { SseSplitter } from "../../stream/sse-splitter.ts";
import { failureOfError } from "../failure.ts";
import { type Expected, failureAtEnd, GeminiEvents } from "./events.ts";

/**
 * The events of a stream as they arrive. Gemini has no last word: it closes the connection after the event that
 * finishes the last candidate, and no event after that is counted on.
 */
export async function* eventsOf(
  body: AsyncIterable<Buffer>,
  expected: Expected,
  signal: AbortSignal,
): AsyncGenerator<readonly ChatEvent[]> {
  const splitter = new SseSplitter();
  const reader = new GeminiEvents(expected);
  let begun = false;
  let events: ChatEvent[] = [];
  try {
    for await (const chunk of body) {
      for (const bytes of splitter.push(chunk)) events.push(...reader.read(bytes));
      if (events.length === 0) continue;
      yield events;
      begun = true;
      events = [];
    }
    const failure = failureAtEnd(splitter.rest);
    if (failure) throw failure;
  } catch (error) {
    // What was good before it is not lost; before the first batch another backend can give the whole answer.
    if (begun && events.length > 0 && !signal.aborted) yield events;
    throw signal.aborted ? signal.reason : failureOfError(error);
  }
}
