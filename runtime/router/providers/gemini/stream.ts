import type { CancelSignal } from "../../cancel.ts";
import type { ChatEvent } from "../../chat/index.ts";
import { EventStream } from "../../stream/event-stream.ts";
import { type Expected, failureAtEnd, GeminiEvents } from "./events.ts";

/**
 * The events of a stream as they arrive. Gemini has no last word: it closes the connection after the event that
 * finishes the last candidate, and no event after that is counted on.
 */
export function eventsOf(
  body: AsyncIterable<Buffer>,
  expected: Expected,
  signal: CancelSignal,
): AsyncIterable<readonly ChatEvent[]> {
  const reader = new GeminiEvents(expected);
  return new EventStream(
    body,
    {
      read: (bytes, events) => void events.push(...reader.read(bytes)),
      end(rest) {
        const failure = failureAtEnd(rest);
        if (failure) throw failure;
      },
    },
    signal,
  );
}
