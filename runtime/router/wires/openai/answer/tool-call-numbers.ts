import { isObject, type JsonObject, textOf } from "../values.ts";

interface KnownCall {
  /** The number that the provider gives it. */
  readonly given: unknown;
  readonly id: string;
}

/**
 * Makes the parts of tool calls alike, whichever way a provider writes them: some give the same number to each call or
 * none at all, some repeat id and name in each part, some leave the id out.
 */
export class ToolCallNumbers {
  readonly #calls = new Map<number, KnownCall[]>();

  /**
   * Numbers the parts from 0 in each choice; after this only the first part of a call has an id.
   *
   * @param streamId what ids of our own are made of
   */
  settle(choice: number, parts: readonly unknown[], streamId: unknown): void {
    const calls = this.#calls.get(choice) ?? [];
    this.#calls.set(choice, calls);
    for (const part of parts) {
      if (!isObject(part)) continue;
      const known = find(calls, part);
      if (known >= 0) {
        part.index = known;
        delete part.id;
      } else {
        const id = textOf(part.id) || `call_${String(streamId)}_${choice}_${calls.length}`;
        calls.push({ given: part.index, id });
        part.index = calls.length - 1;
        part.id = id;
      }
    }
  }
}

/** What is called: a function, or a custom tool, whose input is no JSON. */
export function calledOf(part: JsonObject): JsonObject | undefined {
  if (isObject(part.function)) return part.function;
  return isObject(part.custom) ? part.custom : undefined;
}

/** The call that a part goes on with; -1 where it begins one. */
function find(calls: readonly KnownCall[], part: JsonObject): number {
  const id = textOf(part.id);
  if (typeof part.index === "number") {
    const last = calls.findLastIndex(({ given }) => given === part.index);
    return last >= 0 && (id === "" || calls[last]?.id === id) ? last : -1;
  }
  if (id !== "") return calls.findIndex((call) => call.id === id);
  return textOf(calledOf(part)?.name) === "" ? calls.length - 1 : -1;
}
