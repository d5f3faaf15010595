import type { State } from "../state.ts";
import { pill, type View } from "./parts.ts";

export function connection({ connection: { kind } }: State): View {
  switch (kind) {
    case "live":
      return pill("good", "Live");
    case "connecting":
      return pill("busy", "Connecting");
    case "lost":
      return pill("warn", "Reconnecting");
    default:
      return pill("bad", "Ended");
  }
}
