import type { CheckFailure } from "./types.ts";

/** Something the user can mend: the message is shown as it is, without a stack. Any other error is a defect. */
export class UserError extends Error {
  override readonly name: string = "UserError";
}

/** Faults of single properties, all of them at once. */
export class PropertyErrors extends UserError {
  override readonly name: string = "PropertyErrors";
  readonly failures: readonly CheckFailure[];

  constructor(failures: readonly CheckFailure[]) {
    super(failures.map(({ property, reason }) => (property === "" ? reason : `${property}: ${reason}`)).join("\n"));
    this.failures = failures;
  }
}

/**
 * The operation failed half-way and something exists now: Pulumi keeps `id` and `state`, marks the resource as not
 * finished, shows `reasons`, and the next `up` updates it instead of making a second one.
 */
export class PartialFailure extends UserError {
  override readonly name: string = "PartialFailure";
  readonly id: string;
  readonly state: object;
  readonly reasons: readonly string[];

  constructor(id: string, state: object, reasons: readonly string[]) {
    super(reasons.join("; "));
    this.id = id;
    this.state = state;
    this.reasons = reasons;
  }
}
