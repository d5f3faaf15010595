import type { CancelSignal } from "./cancel.ts";
import type { ClientQuestion } from "./question.ts";
import type { RequestAccount } from "./spending/index.ts";
import type { RequestTelemetry } from "./telemetry/index.ts";
import type { Wire } from "./wires/wire.ts";

/** A request that has been authenticated and read. */
export interface Order {
  /** `auto`, `<backend>` or `<backend>/<model>`. */
  readonly model: string;
  readonly question: ClientQuestion;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** The wish of the request, or the rule of its tenant, to stay with backends of our own; it can only tighten. */
  readonly sovereign: boolean;
  readonly wire: Wire;
  /** Who asks, for A/B tests: the same value, the same version. */
  readonly stickyKey: string;
  /** Aborted when the client is gone. */
  readonly client: CancelSignal;
  readonly telemetry: RequestTelemetry;
  readonly account: RequestAccount;
}
