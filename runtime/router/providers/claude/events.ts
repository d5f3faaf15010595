import type { CancelSignal } from "../../cancel.ts";
import type { ChatEvent } from "../../chat/index.ts";
import { EventStream } from "../../stream/event-stream.ts";
import { ClaudeScanner } from "./scanner.ts";

/** The checked events of a response, in batches as the network brings them. */
export function eventsOf(body: AsyncIterable<Buffer>, signal: CancelSignal): AsyncIterable<readonly ChatEvent[]> {
  const scanner = new ClaudeScanner();
  const read = (bytes: Buffer, events: ChatEvent[]) => {
    const event = scanner.scan(bytes);
    if (event) events.push(event);
  };
  return new EventStream(body, { read }, signal);
}
