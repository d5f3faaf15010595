import type { ChatEvent } from "../../chat/index.ts";
import { SseSplitter } from "../../stream/sse-splitter.ts";
import { failureOfError } from "../failure.ts";
import { ClaudeScanner } from "./scanner.ts";

/** The checked events of a response, in batches as the network brings them. */
export async function* eventsOf(
  body: AsyncIterable<Buffer>,
  signal: AbortSignal,
): AsyncGenerator<readonly ChatEvent[], void, undefined> {
  const splitter = new SseSplitter();
  const scanner = new ClaudeScanner();
  let begun = false;
  let events: ChatEvent[] = [];
  try {
    for await (const chunk of body) {
      for (const bytes of splitter.push(chunk)) {
        const event = scanner.scan(bytes);
        if (event) events.push(event);
      }
      if (events.length === 0) continue;
      yield events;
      begun = true;
      events = [];
    }
  } catch (error) {
    // What was good before it is not lost; before the first batch another backend can give the whole answer.
    if (begun && events.length > 0 && !signal.aborted) yield events;
    throw signal.aborted ? signal.reason : failureOfError(error);
  }
}
