import type { Farewell, LiveRequest, Sections } from "../protocol.ts";
import { Clock } from "./format.ts";

export type Range = "24h" | "7d" | "30d";
export type By = "model" | "tenant";
export type Shown = "all" | "running" | "failed";

export type Connection =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "lost"; readonly why: string }
  | { readonly kind: "over"; readonly why: Farewell };

/** Everything that the page shows. */
export interface State {
  sections: Partial<Sections>;
  readonly requests: Map<number, LiveRequest>;
  connection: Connection;
  range: Range;
  by: By;
  shown: Shown;
  /** The requests as they were when they were told to stand still. */
  paused: readonly LiveRequest[] | undefined;
  clock: Clock;
}

const keptRequests = 100;

export const newState = (): State => ({
  sections: {},
  requests: new Map(),
  connection: { kind: "connecting" },
  range: "24h",
  by: "model",
  shown: "all",
  paused: undefined,
  clock: new Clock("UTC"),
});

export function takeRequests(state: State, told: readonly LiveRequest[]): void {
  for (const request of told) state.requests.set(request.number, request);
  const surplus = state.requests.size - keptRequests;
  if (surplus <= 0) return;
  const oldest = [...state.requests.keys()].sort((one, other) => one - other).slice(0, surplus);
  for (const number of oldest) state.requests.delete(number);
}

/** Latest first. */
export const latest = ({ requests }: State): LiveRequest[] =>
  [...requests.values()].sort((one, other) => other.at - one.at || other.number - one.number);

/** Of another router, or of this one's next life: what was shown of its requests is of the past. */
export function forget(state: State): void {
  state.requests.clear();
}
