import type { z } from "zod";
import type { ChatDelta, ChatEvent, ChatRequest, ChatWire } from "../chat/index.ts";
import type { RouterError } from "../errors.ts";
import type { Trail } from "../trail.ts";

/** A wire that clients speak: how a request is read and an answer written. */
export interface Wire {
  readonly name: Extract<ChatWire, "openai" | "anthropic">;
  /**
   * Reads a body whose known fields have been checked by the route's schema.
   *
   * @throws RouterError invalid_request
   */
  read(body: Readonly<Record<string, unknown>>): ChatRequest;
  /** The body of an error response. */
  error(error: RouterError): object;
  /** The form of that body. */
  readonly errorSchema: z.ZodType;
  /** Makes a whole answer of an answer's events. */
  assembler(from: ChatWire): Assembler;
  writer(options: WriterOptions): StreamWriter;
}

/** Collects the events of one answer, finish and usage included, in the order in which they came. */
export interface Assembler {
  add(event: ChatEvent): void;
  /** The JSON body. Only of an answer that is whole. */
  finish(): Buffer;
}

export interface WriterOptions {
  /** Whether the client asked for the usage event of the OpenAI wire. */
  readonly includeUsage: boolean;
}

/**
 * Writes one stream. The events of a provider that speaks this wire are forwarded as they came; others, and those of a
 * target that continues a broken answer, are written anew from what they say.
 */
export interface StreamWriter {
  /** What it writes; events of a provider of the same wire may be forwarded. */
  readonly wire: Wire["name"];
  /** Events as they came; the writer only takes note of what it must know to go on. */
  forward(event: ChatEvent): Buffer;
  /** Writes what was said: id and model of the stream stay those of its beginning, indices are counted on. */
  write(deltas: readonly ChatDelta[]): Buffer;
  /** The last words of a whole answer: who answered (`: router {json}`), and the wire's own end. */
  end(trail: Trail): Buffer;
  /** The end of an answer that broke off: never what a whole answer's end looks like. */
  error(error: RouterError, trail: Trail): Buffer;
}
