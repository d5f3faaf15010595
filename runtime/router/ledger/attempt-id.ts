import { randomUUID } from "node:crypto";

const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/**
 * A UUIDv7 (RFC 9562): it begins with the millisecond in which it was made. A row's time is the time in its id, so that
 * one id can't be in two months: what is unique in its partition is unique.
 *
 * @param now milliseconds since 1970
 */
export function newAttemptId(now: number = Date.now()): string {
  const time = now.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

export const isAttemptId = (text: string): boolean => pattern.test(text);

/** When an id was made; milliseconds since 1970. */
export function timeOf(attemptId: string): number {
  return Number.parseInt(attemptId.slice(0, 8) + attemptId.slice(9, 13), 16);
}

/** The first id that could be made at a time: what is older sorts before it. */
export function firstIdAt(time: number): string {
  const hex = Math.max(0, time).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
