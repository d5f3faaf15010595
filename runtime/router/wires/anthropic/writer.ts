import type { Trail } from "../../trail.ts";
import type { StreamWriter } from "../wire.ts";
import { envelope } from "./error.ts";
import { eventValue } from "./event.ts";
import { MessageEvents } from "./message-events.ts";
import { writeEvents } from "./sse.ts";

export function createWriter(): StreamWriter {
  const said = new MessageEvents();
  return {
    wire: "anthropic",
    forward(event) {
      said.note(eventValue(event));
      return event.bytes;
    },
    write: (deltas) => writeEvents(said.of(deltas)),
    end: (trail) => Buffer.concat([writeEvents(said.end()), finalWord(trail), writeEvents([{ type: "message_stop" }])]),
    error: (error, trail) => Buffer.concat([finalWord(trail), writeEvents([envelope(error)])]),
  };
}

/** Who answered; the headers are gone when a stream fails over. */
function finalWord({ backend, model, attempts, reason }: Trail): Buffer {
  return Buffer.from(`: router ${JSON.stringify({ backend, model, attempts, reason })}\n\n`);
}
