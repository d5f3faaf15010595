import { expect, test } from "vitest";
import { allCloudsDown, RouterError, SecurityError } from "../../../runtime/router/errors.ts";
import { openSecret } from "../../../runtime/router/secrets.ts";
import { anthropicWire } from "../../../runtime/router/wires/anthropic/index.ts";

test("an error has the wire's envelope, and in it what the router knows", () => {
  const error = new RouterError("invalid_request", "top_k: given text", { param: "top_k" });
  expect(anthropicWire.error(error)).toEqual({
    type: "error",
    error: { type: "invalid_request_error", message: "top_k: given text", code: "invalid_request", param: "top_k" },
  });
});

test("where nobody answered it says of each backend why", () => {
  const backends = [{ backend: "claude", model: "m", reason: "HTTP 529" }];
  expect(anthropicWire.error(allCloudsDown(backends))).toMatchObject({
    error: { type: "overloaded_error", code: "all_backends_down", backends },
  });
});

test.each([
  [new RouterError("unauthorized", ""), "authentication_error"],
  [new SecurityError(""), "permission_error"],
  [new RouterError("model_not_found", ""), "not_found_error"],
  [new RouterError("payload_too_large", ""), "request_too_large"],
  [new RouterError("upstream_rejected", "", { status: 400, type: "the_providers_own" }), "invalid_request_error"],
  [new RouterError("upstream_rejected", "", { status: 422 }), "invalid_request_error"],
  [new RouterError("upstream_rejected", "", { status: 413 }), "request_too_large"],
  [new RouterError("invalid_request", "", { status: 405 }), "invalid_request_error"],
  [new RouterError("invalid_request", "", { status: 402 }), "billing_error"],
  [new RouterError("invalid_request", "", { status: 429 }), "rate_limit_error"],
  [new RouterError("internal_error", ""), "api_error"],
])("%o is of the type %s", (error, type) => {
  expect(anthropicWire.error(error)).toMatchObject({ type: "error", error: { type } });
});

test("no secret that the router knows leaves it", () => {
  openSecret({ env: "KEY" }, { KEY: "canary-7b1f" }, ".").read();
  const body = anthropicWire.error(new RouterError("internal_error", "it said canary-7b1f"));
  expect(JSON.stringify(body)).not.toContain("canary");
});
