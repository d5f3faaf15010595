/**
 * Reads the body of `POST /v1/traces` by the field numbers of opentelemetry-proto v1.9, independently of what wrote it.
 */
export interface DecodedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly flags: number;
  readonly name: string;
  readonly kind: "server" | "client" | number;
  /** Nanoseconds since 1970. */
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly { readonly name: string; readonly time: bigint }[];
  /** 2 is an error. */
  readonly status: { readonly code: number; readonly message: string };
}

export interface DecodedExport {
  readonly resource: Readonly<Record<string, unknown>>;
  readonly scope: { readonly name: string; readonly version: string };
  readonly schemaUrl: string;
  readonly spans: readonly DecodedSpan[];
}

export function decodeExport(body: Buffer): DecodedExport {
  const resourceSpans = new Fields(only(new Fields(body).messages(1)));
  const scopeSpans = new Fields(only(resourceSpans.messages(2)));
  const scope = new Fields(only(scopeSpans.messages(1)));
  return {
    resource: attributesOf(new Fields(only(resourceSpans.messages(1))).messages(1)),
    scope: { name: scope.text(1), version: scope.text(2) },
    schemaUrl: scopeSpans.text(3),
    spans: scopeSpans.messages(2).map(decodeSpan),
  };
}

const kinds: Readonly<Record<number, DecodedSpan["kind"]>> = { 2: "server", 3: "client" };

function decodeSpan(bytes: Buffer): DecodedSpan {
  const span = new Fields(bytes);
  const status = new Fields(span.messages(15)[0] ?? Buffer.alloc(0));
  const kind = Number(span.number(6));
  return {
    traceId: span.hex(1),
    spanId: span.hex(2),
    traceState: span.text(3),
    parentSpanId: span.hex(4),
    name: span.text(5),
    kind: kinds[kind] ?? kind,
    start: span.number(7),
    end: span.number(8),
    attributes: attributesOf(span.messages(9)),
    events: span.messages(11).map((event) => {
      const fields = new Fields(event);
      return { name: fields.text(2), time: fields.number(1) };
    }),
    status: { code: Number(status.number(3)), message: status.text(2) },
    flags: Number(span.number(16)),
  };
}

function attributesOf(pairs: readonly Buffer[]): Record<string, unknown> {
  const entries = pairs.map((pair) => {
    const fields = new Fields(pair);
    return [fields.text(1), anyValue(only(fields.messages(2)))] as const;
  });
  return Object.fromEntries(entries);
}

/** An `AnyValue`; 64-bit integers become numbers where they fit. */
function anyValue(bytes: Buffer): unknown {
  const value = new Fields(bytes);
  if (value.has(1)) return value.text(1);
  if (value.has(2)) return value.number(2) === 1n;
  if (value.has(3)) return Number(BigInt.asIntN(64, value.number(3)));
  if (value.has(4)) return value.double(4);
  if (value.has(5)) return new Fields(only(value.messages(5))).messages(1).map(anyValue);
  return undefined;
}

/** The fields of one protobuf message. */
class Fields {
  readonly #values = new Map<number, (Buffer | bigint)[]>();

  constructor(bytes: Buffer) {
    let at = 0;
    const varint = (): bigint => {
      let value = 0n;
      for (let shift = 0n; ; shift += 7n) {
        const byte = bytes.readUInt8(at++);
        value |= BigInt(byte & 127) << shift;
        if (byte < 128) return value;
      }
    };
    const take = (size: number): Buffer => {
      if (at + size > bytes.length) throw new Error(`a field of ${size} bytes ends after its message`);
      at += size;
      return bytes.subarray(at - size, at);
    };
    while (at < bytes.length) {
      const tag = Number(varint());
      const value = this.#read(tag & 7, varint, take);
      const known = this.#values.get(tag >> 3);
      if (known) known.push(value);
      else this.#values.set(tag >> 3, [value]);
    }
  }

  #read(type: number, varint: () => bigint, take: (size: number) => Buffer): Buffer | bigint {
    if (type === 0) return varint();
    if (type === 1) return take(8).readBigUInt64LE();
    if (type === 2) return take(Number(varint()));
    if (type === 5) return BigInt(take(4).readUInt32LE());
    throw new Error(`wire type ${type}`);
  }

  has(field: number): boolean {
    return this.#values.has(field);
  }

  messages(field: number): Buffer[] {
    return (this.#values.get(field) ?? []).filter((value) => Buffer.isBuffer(value));
  }

  text(field: number): string {
    return this.messages(field)[0]?.toString("utf8") ?? "";
  }

  hex(field: number): string {
    return this.messages(field)[0]?.toString("hex") ?? "";
  }

  number(field: number): bigint {
    const value = this.#values.get(field)?.[0] ?? 0n;
    return typeof value === "bigint" ? value : 0n;
  }

  double(field: number): number {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(this.number(field));
    return bytes.readDoubleLE();
  }
}

function only(messages: readonly Buffer[]): Buffer {
  const [first, ...others] = messages;
  if (!first || others.length > 0) throw new Error(`one message was expected, not ${messages.length}`);
  return first;
}
