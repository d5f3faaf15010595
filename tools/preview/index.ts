/** What a preview came to, as a pull request is told. */
export { type Change, ChangeReader, type Changes, changesBetween, type Finding, type Planned } from "./changes.ts";
export { type CommentInputs, commentOf } from "./comment.ts";
export { type PlanRecord, readRecord, saveRecord } from "./record.ts";
