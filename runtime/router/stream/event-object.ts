import { isUtf8 } from "node:buffer";
import { isObject, type JsonObject } from "../json.ts";
import { UpstreamFailure } from "../providers/failure.ts";

export const malformedEvent = (): UpstreamFailure => new UpstreamFailure("its stream holds a malformed event");

/**
 * The object that an event's data holds.
 *
 * @param bytes the whole event, which must be UTF-8
 * @throws UpstreamFailure where it is none
 */
export function eventObject(data: string, bytes: Buffer): JsonObject {
  if (!isUtf8(bytes)) throw malformedEvent();
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    throw malformedEvent();
  }
  if (!isObject(value)) throw malformedEvent();
  return value;
}
