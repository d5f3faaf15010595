/** A router that says nothing of a claim for so long is taken for dead, and another tells in its place; milliseconds. */
export const leaseMs = 30_000;
/** Routers' clocks differ: a claim outlives its period by this; milliseconds. */
export const marginMs = 86_400_000;

/** `sent`: told. `failed`: given up. `sending`: somebody is at it. */
export type ClaimState = "sending" | "sent" | "failed";

/** What is known of an alert. */
export interface Claim {
  readonly state: ClaimState;
  /** Since when, milliseconds since 1970. */
  readonly at: number;
}

/**
 * Who tells of an alert. A claim is a lease until it is settled: what a router that died had claimed another tells, so
 * that no alert is lost, and it comes twice only where the first died between being heard and saying so.
 */
export interface Claims {
  /** Names the place of the claims: routers that share it share their alerts. */
  readonly place: string;
  /** Takes it, or tells who was faster. @throws where the place can't be reached */
  take(id: string, now: number): Promise<"mine" | Claim>;
  /** Goes on with it; false where it is somebody else's by now. */
  keep(id: string, now: number): Promise<boolean>;
  /** @param endsAt of the alert's period; milliseconds since 1970 */
  settle(id: string, claim: Claim, endsAt: number): Promise<void>;
  /** Leaves it to another. */
  release(id: string): Promise<void>;
}
