export { causeOf } from "./cause.ts";
export { noTelemetry } from "./none.ts";
export { requestParameters } from "./request-parameters.ts";
export { createTelemetry, type TelemetryOptions } from "./telemetry.ts";
export type { TraceHeaders } from "./trace-context.ts";
export type {
  AttemptCause,
  AttemptEnd,
  AttemptFailure,
  AttemptOutcome,
  AttemptStart,
  AttemptTelemetry,
  Observed,
  Operation,
  RequestEnd,
  RequestParameters,
  RequestStart,
  RequestTelemetry,
  Telemetry,
} from "./types.ts";
