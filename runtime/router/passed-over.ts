import type { RouterError } from "./errors.ts";

/** A target is not asked after all, and nothing is wrong with it. */
export class PassedOver extends Error {
  override readonly name = "PassedOver";
  /** What the client gets where no other target answers either. */
  readonly refusal: RouterError | undefined;
  /** No other target shall answer in its place. */
  readonly final: boolean;

  /** @param reason safe to log and to show */
  constructor(reason: string, refusal?: RouterError, final = false) {
    super(reason);
    this.refusal = refusal;
    this.final = final;
  }
}
