import { setTimeout as sleep } from "node:timers/promises";

/** Waits for something to become true; the test's own time limit is the only one. */
export async function until(so: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await so())) await sleep(10);
}

/** A failure says what was waited for, where a test's own time limit does not; only a test that has failed waits so long. */
const longestMs = 90_000;

/**
 * Waits until there is something to be seen, and gives it; a look that throws has seen nothing yet.
 *
 * @param look undefined or false: not yet
 */
export async function eventually<Found>(
  what: string,
  look: () => Promise<Found | false | undefined> | Found | false | undefined,
): Promise<Found> {
  const deadline = Date.now() + longestMs;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      last = error;
    }
    await sleep(20);
  }
  throw new Error(`${what} did not come about within ${longestMs / 1_000} s`, { cause: last });
}
