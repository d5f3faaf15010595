import { curve, line, svg, text } from "../svg.ts";
import type { SoakResult } from "./run.ts";

const [width, height] = [760, 340];
const [left, right, top, bottom] = [56, 84, 64, 40];
const steps = 5;
const megabyte = 1024 * 1024;

/** Memory over requests as two curves. */
export function soakChart({ memory }: SoakResult): string {
  const total = memory.at(-1)?.requests ?? 1;
  const highest = Math.max(megabyte, ...memory.map(({ rss }) => rss)) / megabyte;
  const gap = Math.ceil(highest / steps / 10) * 10;
  const xOf = (requests: number) => left + (requests / total) * (width - left - right);
  const yOf = (bytes: number) => height - bottom - (bytes / megabyte / (gap * steps)) * (height - top - bottom);
  const last = memory.at(-1);
  return svg(width, height, "Memory of the router over its requests", [
    text(16, 26, "Memory of the router over its requests", "title"),
    text(16, 44, "MB; the heap after a collection", "faint"),
    ...Array.from({ length: steps + 1 }, (_, index) => index * gap).flatMap((value) => [
      line(left, yOf(value * megabyte), width - right, yOf(value * megabyte)),
      text(left - 8, yOf(value * megabyte) + 4, String(value), "faint end"),
    ]),
    text(xOf(0), height - 14, "0", "faint middle"),
    text(xOf(total), height - 14, `${total.toLocaleString("en")} requests`, "faint end"),
    curve(
      memory.map(({ requests, rss }) => [xOf(requests), yOf(rss)]),
      "first",
    ),
    curve(
      memory.map(({ requests, heap }) => [xOf(requests), yOf(heap)]),
      "other",
    ),
    ...(last ? [text(xOf(total) + 8, yOf(last.rss) + 4, "RSS"), text(xOf(total) + 8, yOf(last.heap) + 4, "heap")] : []),
  ]);
}
