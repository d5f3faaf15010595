import type { OpenAnswer } from "./attempt.ts";
import { UpstreamFailure } from "./providers/failure.ts";
import type { ClientQuestion } from "./question.ts";
import type { Speaker } from "./relay.ts";
import type { Permit } from "./reliability/index.ts";
import type { Continuation } from "./stream/seam.ts";
import type { Target } from "./targets.ts";

type Open = (target: Target, permit: Permit, question: ClientQuestion, continues: boolean) => Promise<OpenAnswer>;

/** Asks a target to go on: in the way that it is known for, and where it refuses that, by saying so. */
export async function continued(
  target: Target,
  permit: Permit,
  sent: string,
  question: ClientQuestion,
  open: Open,
): Promise<Speaker> {
  const ask = async (continuation: Continuation, withPermit: Permit): Promise<Speaker> => ({
    target,
    continuation,
    answer: await open(target, withPermit, question.continued(sent, continuation), true),
  });
  const inWords = question.request.format === undefined ? "instruct" : "restart";
  if (!target.provider.continuesPrefill(target.model)) return ask(inWords, permit);
  try {
    return await ask("prefill", permit);
  } catch (error) {
    const again =
      error instanceof UpstreamFailure && error.consequence === "reject" && target.standing.breaker.acquire();
    if (!again) throw error;
    return ask(inWords, again);
  }
}
