/** What went wrong and what a person can do about it; commands print it without a stack trace and exit with 1. */
export class Failure extends Error {
  override readonly name = "Failure";

  /** @param ways what to do, each a way of its own */
  constructor(problem: string, ways: readonly string[] = []) {
    super([problem, ...ways.map((way, index) => `  ${ways.length > 1 ? `${index + 1}. ` : ""}${way}`)].join("\n"));
  }
}
