import fc from "fast-check";
import { expect, test } from "vitest";
import { MessageReader } from "../../../tools/bench/http1.ts";

const messages = [
  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
  "HTTP/1.1 204 No Content\r\n\r\n",
  "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3;note=1\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n",
  "POST /v1 HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\ntrailer: yes\r\n\r\n",
];
const bodies = ["hello", "", "abc0123456789", "x"];

function read(pieces: readonly Buffer[]): { heads: string[]; bodies: string[] } {
  const heads: string[] = [];
  const whole: string[] = [];
  let body = "";
  const reader = new MessageReader({
    head(text) {
      heads.push(text);
      body = "";
    },
    body(part) {
      body += part.toString();
    },
    end() {
      whole.push(body);
    },
  });
  for (const piece of pieces) reader.push(piece);
  return { heads, bodies: whole };
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const edges = [0, ...places.map((place) => place % bytes.length).toSorted((a, b) => a - b), bytes.length];
  return edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
}

test("messages of all framings are read one after the other, wherever their bytes are cut", () => {
  const bytes = Buffer.from(messages.join(""));
  const expected = { heads: messages.map((message) => message.split("\r\n\r\n")[0]), bodies };
  expect(read([bytes])).toEqual(expected);
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 40 }), (places) => {
      expect(read(cut(bytes, places))).toEqual(expected);
    }),
  );
});

test("a chunk without a size is refused", () => {
  const bytes = Buffer.from("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n");
  expect(() => read([bytes])).toThrow("a chunk without a size");
});
