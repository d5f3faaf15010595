import type { RouterError } from "../errors.ts";
import type { Trail } from "../trail.ts";

/** What differs between the wires that clients speak, in what the router itself says. */
export interface Wire {
  /** The body of an error response. */
  error(error: RouterError): object;
  /** The end of a whole answer: the held events, who answered, and the wire's own last event. */
  streamEnd(ending: Buffer, trail: Trail): Buffer;
  /** The end of an answer that broke off: never what a whole answer's end looks like. */
  streamError(error: RouterError, trail: Trail): Buffer;
}
