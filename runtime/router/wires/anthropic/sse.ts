import type { RawMessageStreamEvent } from "@anthropic-ai/sdk/resources/messages";

/** The data of one server-sent event, lines joined as the specification says; undefined where it has none. */
export function dataOf(bytes: Buffer): string | undefined {
  const text = bytes.toString("utf8").trimEnd();
  const start = text.startsWith("data:") ? 0 : text.indexOf("\ndata:") + 1;
  if (start === 0 && !text.startsWith("data:")) return undefined;
  // Nearly always it is one line, and the last.
  if (!text.includes("\n", start)) return text.slice(start + "data:".length).trim();
  const lines = text.split(/\r?\n/).filter((line) => line.startsWith("data:"));
  return lines
    .map((line) => line.slice("data:".length))
    .join("\n")
    .trim();
}

/** Each event names its type twice: for server-sent events, and in its data. */
export function writeEvents(events: readonly (RawMessageStreamEvent | ErrorEvent)[]): Buffer {
  return Buffer.from(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(""));
}

interface ErrorEvent {
  readonly type: "error";
}
