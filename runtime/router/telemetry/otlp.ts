import { PbfWriter } from "pbf";
import { isPresentable } from "./numbers.ts";
import type { AttributeWriter, EndedSpan } from "./tracer.ts";

// The messages of opentelemetry/proto/trace/v1/trace.proto and common.proto (v1.x), by the numbers of their fields.
// OpenTelemetry's own serialiser makes an object of each attribute and each span first; that alone cost a tenth of what
// a request costs.

/** What all spans of one origin share, written once. */
export interface SpanOrigin {
  readonly resource: Uint8Array;
  readonly scope: Uint8Array;
  readonly schemaUrl: string;
}

export interface OriginParts {
  readonly resource: Readonly<Record<string, string | undefined>>;
  readonly scope: { readonly name: string; readonly version: string };
  readonly schemaUrl: string;
}

export function spanOrigin({ resource, scope, schemaUrl }: OriginParts): SpanOrigin {
  const attributes = new PbfWriter();
  const write = new SpanAttributes(attributes, 1);
  for (const [name, value] of Object.entries(resource)) write.text(name, value);
  const named = new PbfWriter();
  named.writeStringField(1, scope.name);
  named.writeStringField(2, scope.version);
  return { resource: attributes.finish(), scope: named.finish(), schemaUrl };
}

const firstBytes = 64 * 1024;

/** One span at a time: a message whose length is not known is moved byte by byte once it is. */
const scratch = new PbfWriter(new Uint8Array(4_096));

/** Spans of one origin, written as they end: between then and their sending they are bytes, not objects. */
export class SpanBatch {
  readonly origin: SpanOrigin;
  readonly #spans = new PbfWriter(new Uint8Array(firstBytes));
  #count = 0;

  constructor(origin: SpanOrigin) {
    this.origin = origin;
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#spans.pos;
  }

  add(span: EndedSpan): void {
    scratch.pos = 0;
    writeSpan(span, scratch);
    this.#spans.writeBytesField(2, scratch.buf.subarray(0, scratch.pos));
    this.#count++;
  }

  /** An ExportTraceServiceRequest. */
  finish(): Uint8Array {
    const { resource, scope, schemaUrl } = this.origin;
    const spans = this.#spans.finish();
    const scopeSpans = new PbfWriter(new Uint8Array(spans.length + 1_024));
    scopeSpans.writeBytesField(1, scope);
    writeRaw(scopeSpans, spans);
    scopeSpans.writeStringField(3, schemaUrl);
    const inner = scopeSpans.finish();
    const resourceSpans = new PbfWriter(new Uint8Array(inner.length + resource.length + 1_024));
    resourceSpans.writeBytesField(1, resource);
    resourceSpans.writeBytesField(2, inner);
    resourceSpans.writeStringField(3, schemaUrl);
    const whole = resourceSpans.finish();
    const request = new PbfWriter(new Uint8Array(whole.length + 16));
    request.writeBytesField(1, whole);
    return request.finish();
  }
}

function writeRaw(writer: PbfWriter, bytes: Uint8Array): void {
  writer.realloc(bytes.length);
  writer.buf.set(bytes, writer.pos);
  writer.pos += bytes.length;
}

const statusError = 2;
/** Of Span.flags, beside the W3C flags: whether it is known that the parent is remote, and whether it is. */
const flags = { sampled: 0x01, hasIsRemote: 0x100, isRemote: 0x200 };
const nanosPerMilli = 1e6;

function writeSpan(span: EndedSpan, writer: PbfWriter): void {
  writeId(writer, 1, span.traceId);
  writeId(writer, 2, span.spanId);
  if (span.tracestate !== undefined) writer.writeStringField(3, span.tracestate);
  if (span.parentSpanId !== undefined) writeId(writer, 4, span.parentSpanId);
  writer.writeStringField(5, span.name);
  writer.writeVarintField(6, span.kind);
  writer.writeFixed64Field(7, span.startedAt * nanosPerMilli);
  writer.writeFixed64Field(8, span.endedAt * nanosPerMilli);
  span.attributes(new SpanAttributes(writer, 9));
  for (const event of span.events) writer.writeMessage(11, writeEvent, event);
  if (span.error !== undefined) writer.writeMessage(15, writeError, span.error);
  writer.writeFixed32Field(16, flags.sampled | flags.hasIsRemote | (span.remoteParent ? flags.isRemote : 0));
}

function writeEvent({ name, at }: EndedSpan["events"][number], writer: PbfWriter): void {
  writer.writeFixed64Field(1, at * nanosPerMilli);
  writer.writeStringField(2, name);
}

function writeError(message: string, writer: PbfWriter): void {
  if (message !== "") writer.writeStringField(2, message);
  writer.writeVarintField(3, statusError);
}

/** @param hex two digits a byte */
function writeId(writer: PbfWriter, tag: number, hex: string): void {
  const length = hex.length / 2;
  writer.writeVarint((tag << 3) | 2);
  writer.writeVarint(length);
  writer.realloc(length);
  for (let at = 0; at < hex.length; at += 2) {
    writer.buf[writer.pos++] = (digit(hex.charCodeAt(at)) << 4) | digit(hex.charCodeAt(at + 1));
  }
}

const digit = (code: number): number => (code < 58 ? code - 48 : code - 87);

/** Writes KeyValue messages. */
class SpanAttributes implements AttributeWriter {
  readonly #writer: PbfWriter;
  readonly #tag: number;

  constructor(writer: PbfWriter, tag: number) {
    this.#writer = writer;
    this.#tag = tag;
  }

  text(name: string, value: string | undefined): void {
    if (value !== undefined) this.#writer.writeMessage(this.#tag, writeText, { name, value });
  }

  word(name: string, value: string | undefined): void {
    if (value !== undefined) this.#writer.writeBytesField(this.#tag, wordOf(name, value));
  }

  number(name: string, value: number | undefined): void {
    if (value !== undefined && isPresentable(value)) this.#writer.writeMessage(this.#tag, writeNumber, { name, value });
  }

  flag(name: string, value: boolean | undefined): void {
    if (value !== undefined) this.#writer.writeMessage(this.#tag, writeFlag, { name, value });
  }

  texts(name: string, value: readonly string[] | undefined): void {
    if (value !== undefined) this.#writer.writeMessage(this.#tag, writeTexts, { name, value });
  }
}

const words = new Map<string, Map<string, Uint8Array>>();
/** A name that has more values has no words. */
const maxWords = 256;

/** A KeyValue, written once. */
function wordOf(name: string, value: string): Uint8Array {
  let values = words.get(name);
  if (!values) {
    values = new Map();
    words.set(name, values);
  }
  const known = values.get(value);
  if (known) return known;
  const writer = new PbfWriter();
  writeText({ name, value }, writer);
  const made = writer.finish();
  if (values.size < maxWords) values.set(value, made);
  return made;
}

interface Named<Value> {
  readonly name: string;
  readonly value: Value;
}

function writeText({ name, value }: Named<string>, writer: PbfWriter): void {
  writer.writeStringField(1, name);
  writer.writeMessage(2, textValue, value);
}

function writeNumber({ name, value }: Named<number>, writer: PbfWriter): void {
  writer.writeStringField(1, name);
  writer.writeMessage(2, numberValue, value);
}

function writeFlag({ name, value }: Named<boolean>, writer: PbfWriter): void {
  writer.writeStringField(1, name);
  writer.writeMessage(2, flagValue, value);
}

function writeTexts({ name, value }: Named<readonly string[]>, writer: PbfWriter): void {
  writer.writeStringField(1, name);
  writer.writeMessage(2, textsValue, value);
}

const textValue = (value: string, writer: PbfWriter): void => writer.writeStringField(1, value);
const flagValue = (value: boolean, writer: PbfWriter): void => writer.writeBooleanField(2, value);

function numberValue(value: number, writer: PbfWriter): void {
  if (Number.isSafeInteger(value)) writer.writeVarintField(3, value);
  else writer.writeDoubleField(4, value);
}

function textsValue(values: readonly string[], writer: PbfWriter): void {
  writer.writeMessage(5, textArray, values);
}

function textArray(values: readonly string[], writer: PbfWriter): void {
  for (const value of values) writer.writeMessage(1, textValue, value);
}
