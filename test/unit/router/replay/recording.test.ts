import fc from "fast-check";
import { expect, test } from "vitest";
import { Recording, Room } from "../../../../runtime/router/replay/recording.ts";

const chunks = fc.array(fc.uint8Array({ maxLength: 3_000 }), { maxLength: 20 });

test("a recording is all that was sent, or nothing of it", () => {
  fc.assert(
    fc.property(chunks, fc.nat(30_000), (parts, limit) => {
      const recording = new Recording(limit, new Room(1_000_000));
      for (const part of parts) recording.add(Buffer.from(part));
      const all = Buffer.concat(parts);
      expect(recording.end()).toEqual(all.length <= limit ? all : undefined);
    }),
  );
});

test("recordings under way never take more than the room that they share, and give it back", () => {
  fc.assert(
    fc.property(fc.array(chunks, { minLength: 1, maxLength: 6 }), (streams) => {
      const size = 20_000;
      const room = new Room(size);
      const recordings = streams.map((parts) => {
        const recording = new Recording(size, room);
        for (const part of parts) recording.add(Buffer.from(part));
        return recording;
      });
      const kept = recordings.map((recording) => recording.end()?.length ?? 0);
      expect(kept.reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(size);
      expect(room.take(size)).toBe(true);
    }),
  );
});

test("a recording that was given up takes nothing any more", () => {
  const recording = new Recording(10, new Room(100));
  recording.add(Buffer.alloc(11));
  recording.add(Buffer.alloc(1));
  expect(recording.end()).toBeUndefined();
});
