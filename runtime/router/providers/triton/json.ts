import { UpstreamFailure } from "../failure.ts";

/** @throws UpstreamFailure where the bytes are no JSON */
export function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    throw new UpstreamFailure("its answer is not JSON");
  }
}
