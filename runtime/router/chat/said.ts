import type { FinishReason, Usage } from "./delta.ts";

/** Who a provider says has answered: its own id of the answer, and the model. */
export interface Answerer {
  readonly id: string;
  readonly model: string;
}

/** What an answer says beside its words. */
export interface AnswerSaid {
  readonly usage?: Usage | undefined;
  /** Of a whole answer; a stream says it at its beginning. */
  readonly answerer?: Answerer | undefined;
  /** One for each choice; called only where the attempt is traced, because the events may not have been parsed so far. */
  readonly finishReasons?: (() => readonly FinishReason[]) | undefined;
}

/** A whole answer in the client's own wire, as the provider wrote it. */
export interface WholeAnswer extends AnswerSaid {
  readonly bytes: Buffer;
}
