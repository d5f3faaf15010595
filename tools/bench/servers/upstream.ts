import { createServer, type Socket } from "node:net";
import { parseArgs } from "node:util";
import { answerTokens, jsonAnswer, sseAnswer } from "../conversation.ts";
import { MessageReader } from "../http1.ts";
import { announce } from "./announce.ts";

// A provider that speaks OpenAI's wire and costs next to nothing: whole answers lie ready, framing and all.

const { values } = parseArgs({
  options: {
    tokens: { type: "string", default: String(answerTokens) },
    "events-per-write": { type: "string", default: "4" },
    "gap-ms": { type: "string", default: "0" },
  },
});
const tokens = Number(values.tokens);
const eventsPerWrite = Number(values["events-per-write"]);
const gapMs = Number(values["gap-ms"]);

const json = withLength("200 OK", jsonAnswer(tokens));
const models = withLength("200 OK", JSON.stringify({ object: "list", data: [{ id: "fake-model", object: "model" }] }));
const notFound = withLength("404 Not Found", JSON.stringify({ error: { message: "There is no such path." } }));
const streams = { plain: writesOf(sseAnswer(tokens, false)), withUsage: writesOf(sseAnswer(tokens, true)) };

announce(createServer({ noDelay: true }, serve));

function serve(socket: Socket): void {
  let path = "";
  let body = "";
  const reader = new MessageReader({
    head(text) {
      path = text.split(" ", 2)[1] ?? "";
      body = "";
    },
    body(part) {
      body += part.toString("latin1");
    },
    end: () => answer(socket, path, body),
  });
  socket.on("data", (bytes: Buffer) => {
    try {
      reader.push(bytes);
    } catch {
      socket.destroy();
    }
  });
  socket.on("error", () => socket.destroy());
}

function answer(socket: Socket, path: string, body: string): void {
  if (path.endsWith("/models")) socket.write(models);
  else if (!path.endsWith("/chat/completions")) socket.write(notFound);
  else if (!/"stream": ?true/.test(body)) socket.write(json);
  else write(socket, /"include_usage": ?true/.test(body) ? streams.withUsage : streams.plain, 0);
}

/** One write after the other, each a segment of its own, as a provider's tokens come. */
function write(socket: Socket, parts: readonly Buffer[], index: number): void {
  const part = parts[index];
  if (part === undefined || socket.destroyed) return;
  socket.write(part);
  if (gapMs > 0) setTimeout(write, gapMs, socket, parts, index + 1);
  else setImmediate(write, socket, parts, index + 1);
}

function withLength(status: string, body: string): Buffer {
  return Buffer.from(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** The events in groups, each group one chunk; the head goes with the first, the end of the body with the last. */
function writesOf(events: readonly string[]): Buffer[] {
  const groups = Array.from({ length: Math.ceil(events.length / eventsPerWrite) }, (_, index) =>
    events.slice(index * eventsPerWrite, (index + 1) * eventsPerWrite).join(""),
  );
  return groups.map((text, index) => {
    const head =
      index === 0
        ? "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n"
        : "";
    const end = index === groups.length - 1 ? "0\r\n\r\n" : "";
    return Buffer.from(`${head}${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n${end}`);
  });
}
