import { UserError } from "../../provider/index.ts";

/** The `Status` that the API server answers a refused request with. */
export interface Status {
  readonly message?: string;
  readonly reason?: string;
  readonly details?: { readonly causes?: readonly { readonly field?: string; readonly message?: string }[] };
}

/** The API server refused something. */
export class ApiError extends UserError {
  override readonly name: string = "ApiError";
  /** The HTTP status. */
  readonly code: number;
  readonly status: Status;

  constructor(code: number, status: Status, what: string) {
    super(`${what}: ${status.message ?? status.reason ?? `HTTP ${code}`}`);
    this.code = code;
    this.status = status;
  }

  /** Whether an update was refused because of what can't be changed: the object must be replaced. */
  get isImmutable(): boolean {
    const refused = /immutable|updates to .* (are|is) forbidden|may not be (changed|updated)|may not change/i;
    return this.code === 422 && refused.test(this.message);
  }

  /** Whether a webhook of the cluster can't be asked what it would say. */
  get isOfDryRun(): boolean {
    return this.code === 400 && /dry.?run/i.test(this.message);
  }

  /** Paths that the server objected to: `spec.selector`. */
  get fields(): readonly string[] {
    return (this.status.details?.causes ?? []).flatMap(({ field }) => (field === undefined ? [] : [field]));
  }
}

/** The cluster has no such kind: its CRD is missing, or not established yet. */
export class NoSuchKind extends UserError {
  override readonly name: string = "NoSuchKind";
}

/** Nothing answers at the cluster's address. */
export class Unreachable extends UserError {
  override readonly name: string = "Unreachable";
}
