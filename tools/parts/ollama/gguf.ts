/** One value of a GGUF file's metadata. */
export type MetadataValue =
  | { readonly type: "uint32" | "float32"; readonly value: number }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "strings"; readonly value: readonly string[] }
  | { readonly type: "int32s"; readonly value: readonly number[] };

/** A matrix or vector of 32-bit floats. */
export interface Tensor {
  readonly name: string;
  /** Innermost dimension first, as ggml counts: [columns, rows]. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const version = 3;
const alignment = 32;
const codes = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const;
/** ggml's number for tensors of 32-bit floats. */
const float32Tensor = 0;

/** A model file in GGUF's version 3 (the format's specification is in ggml's docs/gguf.md). */
export function writeGguf(metadata: Readonly<Record<string, MetadataValue>>, tensors: readonly Tensor[]): Buffer {
  const entries = Object.entries(metadata);
  const head = [Buffer.from("GGUF"), uint32(version), uint64(tensors.length), uint64(entries.length)];
  for (const [key, value] of entries) head.push(text(key), ...encode(value));
  const data: Buffer[] = [];
  let offset = 0;
  for (const { name, shape, values } of tensors) {
    head.push(text(name), uint32(shape.length), ...shape.map(uint64), uint32(float32Tensor), uint64(offset));
    const bytes = padded(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
    data.push(bytes);
    offset += bytes.length;
  }
  return Buffer.concat([padded(Buffer.concat(head)), ...data]);
}

function encode(entry: MetadataValue): Buffer[] {
  switch (entry.type) {
    case "uint32":
      return [uint32(codes.uint32), uint32(entry.value)];
    case "float32":
      return [uint32(codes.float32), number(4, (bytes) => bytes.writeFloatLE(entry.value))];
    case "bool":
      return [uint32(codes.bool), Buffer.from([entry.value ? 1 : 0])];
    case "string":
      return [uint32(codes.string), text(entry.value)];
    case "strings":
      return [...array(codes.string, entry.value.length), ...entry.value.map(text)];
    case "int32s":
      return [
        ...array(codes.int32, entry.value.length),
        ...entry.value.map((value) => number(4, (bytes) => bytes.writeInt32LE(value))),
      ];
  }
}

const array = (code: number, length: number): Buffer[] => [uint32(codes.array), uint32(code), uint64(length)];
const uint32 = (value: number): Buffer => number(4, (bytes) => bytes.writeUInt32LE(value));
const uint64 = (value: number): Buffer => number(8, (bytes) => bytes.writeBigUInt64LE(BigInt(value)));

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

function number(size: number, write: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.alloc(size);
  write(bytes);
  return bytes;
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & (alignment - 1))]);
}
