export type { ChatDelta, FinishReason, Usage } from "./delta.ts";
export { type ChatEvent, type ChatEventKind, type ChatWire, finishReasons } from "./event.ts";
export type * from "./request.ts";
export type { Answerer, AnswerSaid, WholeAnswer } from "./said.ts";
