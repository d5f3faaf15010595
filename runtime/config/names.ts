import { z } from "zod";

/** The fixed names of the backends; a request may name one as its model. */
export const backendNames = ["gemini", "claude", "openai", "local", "triton"] as const;
export type BackendName = (typeof backendNames)[number];

/** Backends whose models run outside of what the company owns; refused in air-gapped mode. */
export const cloudBackends: readonly BackendName[] = ["gemini", "claude", "openai"];

/** `auto`, `<backend>` or `<backend>/<model>` are what a request may ask for; this is the last of them. */
export const modelAddress = z
  .string()
  .regex(
    new RegExp(`^(?:${backendNames.join("|")})/.+$`),
    `<backend>/<model>, where the backend is one of ${backendNames.join(", ")}`,
  );

export const milliseconds = z.int().min(1).max(3_600_000);

/** `<backend>/<model>` in its parts; the model's own name may hold slashes. */
export function splitAddress(address: string): [BackendName, string] {
  const slash = address.indexOf("/");
  return [address.slice(0, slash) as BackendName, address.slice(slash + 1)];
}
