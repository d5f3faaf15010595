import { RouterError } from "../../errors.ts";
import { isObject, type JsonObject } from "./json.ts";

/*
 * Values of a request that the route's schema leaves open, because a provider of the same wire checks them itself.
 * Each of these throws RouterError invalid_request that names the field.
 */

export function stringAt(value: unknown, path: string): string {
  if (typeof value === "string") return value;
  throw wrong(value, path, "a string");
}

export function numberAt(value: unknown, path: string): number {
  if (typeof value === "number") return value;
  throw wrong(value, path, "a number");
}

export function objectAt(value: unknown, path: string): JsonObject {
  if (isObject(value)) return value;
  throw wrong(value, path, "an object");
}

export function objectsAt(value: unknown, path: string): JsonObject[] {
  return listAt(value, path).map((item, index) => objectAt(item, `${path}[${index}]`));
}

export function stringsAt(value: unknown, path: string): string[] {
  return listAt(value, path).map((item, index) => stringAt(item, `${path}[${index}]`));
}

function listAt(value: unknown, path: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw wrong(value, path, "a list");
}

function wrong(value: unknown, path: string, allowed: string): RouterError {
  const given = value === undefined ? "missing" : `given ${Array.isArray(value) ? "a list" : typeof value}`;
  return new RouterError("invalid_request", `${path}: ${given}; allowed: ${allowed}`, { param: path });
}
