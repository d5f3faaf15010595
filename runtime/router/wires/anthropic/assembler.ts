import type { ChatWire } from "../../chat/index.ts";
import type { Assembler } from "../wire.ts";
import { eventValue } from "./event.ts";
import { MessageEvents } from "./message-events.ts";
import { MessageFold } from "./message-fold.ts";

/** A whole message out of an answer's events: this wire's own, or those that say the same in it. */
export function createAssembler(from: ChatWire): Assembler {
  const fold = new MessageFold();
  const said = new MessageEvents();
  return {
    add(event) {
      const events = from === "anthropic" ? [eventValue(event)] : said.of(event.deltas);
      for (const value of events) fold.add(value);
    },
    finish() {
      for (const value of said.end()) fold.add(value);
      return Buffer.from(JSON.stringify(fold.message));
    },
  };
}
