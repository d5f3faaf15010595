import type { OpenAnswer } from "./attempt.ts";
import { brokenOff, RouterError } from "./errors.ts";
import { UpstreamFailure } from "./providers/failure.ts";
import { Beginning, Resumption } from "./speech.ts";
import type { Continuation } from "./stream/seam.ts";
import { Sent } from "./stream/sent.ts";
import type { Target } from "./targets.ts";
import { noteAnswer, noteFailure, type Trail } from "./trail.ts";
import type { Wire } from "./wires/wire.ts";

/** An answer that has begun, and at whom. */
export interface Speaker {
  readonly target: Target;
  readonly answer: OpenAnswer;
  /** How it was asked to go on; absent at the first. */
  readonly continuation?: Continuation;
}

export interface RelayParts {
  readonly wire: Wire;
  readonly includeUsage: boolean;
  readonly trail: Trail;
  /**
   * Finds who goes on after `target` broke off; absent where nobody shall.
   *
   * @param sent the text that the client has
   * @throws RouterError where nobody does, or ClientGone
   */
  readonly goOn?: GoOn;
}

export type GoOn = (target: Target, sent: string) => Promise<Speaker>;

/**
 * One stream to a client out of the answers of one target or several. What the client has already is never said again;
 * where nobody can go on the stream ends with an error, never as if it were whole.
 */
export async function* relay(first: Speaker, parts: RelayParts): AsyncGenerator<Buffer, void, undefined> {
  const { wire, includeUsage, trail, goOn } = parts;
  const writer = wire.writer({ includeUsage });
  const sent = new Sent();
  let speaker = first;
  for (;;) {
    const { target, answer, continuation } = speaker;
    const speech =
      continuation === undefined
        ? new Beginning(target.provider.wire, writer, sent)
        : new Resumption(continuation, writer, sent);
    try {
      // One loop and no generator below it: each part of each answer goes through here.
      for (let next = await answer.batches.next(); ; next = await answer.batches.next()) {
        if (next.done) {
          const { bytes, usage } = speech.end(next.value);
          noteAnswer(trail, next.value, usage);
          yield Buffer.concat([bytes, writer.end(trail)]);
          return;
        }
        const bytes = speech.say(next.value);
        if (bytes.length > 0) yield bytes;
      }
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      noteFailure(trail, error, target);
      const next = goOn && sent.continuable ? await successor(goOn, target, sent.text) : undefined;
      if (!next) {
        trail.outcome = "broken_off";
        yield writer.error(brokenOff(trail.failures), trail);
        return;
      }
      trail.continued++;
      speaker = next;
    } finally {
      await answer.batches.return({ ending: [], usage: undefined });
    }
  }
}

async function successor(goOn: GoOn, target: Target, sent: string): Promise<Speaker | undefined> {
  try {
    return await goOn(target, sent);
  } catch (error) {
    // Told in the stream, with every target's reason.
    if (error instanceof RouterError) return undefined;
    throw error;
  }
}
