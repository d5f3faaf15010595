import { routerComment } from "../router-comment.ts";
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
    end: (trail) =>
      Buffer.concat([
        writeEvents(said.end()),
        Buffer.from(routerComment(trail)),
        writeEvents([{ type: "message_stop" }]),
      ]),
    error: (error, trail) => Buffer.concat([Buffer.from(routerComment(trail)), writeEvents([envelope(error)])]),
  };
}
