import type { AttemptTelemetry, RequestTelemetry } from "./types.ts";

const attempt: AttemptTelemetry = {
  headers: {},
  contentRecorded: false,
  prompt() {},
  answer() {},
  firstToken() {},
  event() {},
  end() {},
};

/** For a request that nobody observes. */
export const noTelemetry: RequestTelemetry = { attempt: () => attempt, streaming() {}, end() {} };
