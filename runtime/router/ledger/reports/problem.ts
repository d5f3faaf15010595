/** A report that can't be made as it was asked for; the message is for whoever asked. */
export class ReportProblem extends Error {
  override readonly name = "ReportProblem";
  /** The field of the query. */
  readonly param: string;

  constructor(param: string, message: string) {
    super(message);
    this.param = param;
  }
}
