import type { CancelSignal } from "../../cancel.ts";
import { isObject } from "../../json.ts";
import { UpstreamFailure } from "../failure.ts";
import type { Upstream } from "../upstream.ts";
import { parseJson } from "./json.ts";

/** The models of a ready server of which a version is loaded. */
export async function readyModels(upstream: Upstream, signal: CancelSignal): Promise<string[]> {
  await requireReady(upstream, signal);
  const index = parseJson(
    await upstream.json({
      method: "POST",
      path: "/v2/repository/index",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ready: true }),
      signal,
    }),
  );
  const entries: unknown[] = Array.isArray(index) ? index : [];
  const names = entries.flatMap((entry) =>
    isObject(entry) && entry.state === "READY" && typeof entry.name === "string" ? [entry.name] : [],
  );
  return [...new Set(names)];
}

/** Triton says 400 while one of its models is not ready. */
async function requireReady(upstream: Upstream, signal: CancelSignal): Promise<void> {
  try {
    const { body } = await upstream.open({ method: "GET", path: "/v2/health/ready", signal });
    // Read to its end, so that the connection can be used again.
    for await (const _ of body);
  } catch (error) {
    if (error instanceof UpstreamFailure && error.status === 400) throw new UpstreamFailure("it is not ready");
    throw error;
  }
}
