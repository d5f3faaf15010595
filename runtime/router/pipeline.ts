import type { RouterConfig } from "../config/index.ts";
import { ClientGone } from "./attempt-clock.ts";
import type { Backend, Backends } from "./backends.ts";
import type { Usage } from "./chat/index.ts";
import { continued } from "./continuation.ts";
import type { Health } from "./health.ts";
import { Inquiry } from "./inquiry.ts";
import type { Order } from "./order.ts";
import { relay, type Speaker } from "./relay.ts";
import type { Standings } from "./reliability/index.ts";
import { chooseTargets, primaryOf, refuseCloud, type Target } from "./targets.ts";
import { noteAnswer, type Trail } from "./trail.ts";
import { Walk } from "./walk.ts";

export type Answer =
  | { readonly kind: "json"; readonly bytes: Buffer; readonly usage: Usage | undefined }
  /** Bytes ready to be sent; ends with the wire's end of a whole answer, or with its error. */
  | { readonly kind: "stream"; readonly chunks: AsyncGenerator<Buffer, void, undefined> };

export interface Router {
  readonly config: RouterConfig;
  readonly backends: Backends;
  readonly health: Health;
  readonly standings: Standings;
  readonly sovereign: boolean;
  /** What a typical request costs there; Infinity where nobody knows. */
  readonly priceOf: (backend: Backend, model: string) => number;
}

/**
 * The way of a request. Its key has been authenticated before its body was read; from there: choose the targets, call
 * the provider, go on to the next target on failure, also in the middle of a stream, settle. What an attempt may cost is
 * reserved before it is made, and settled however it ends.
 *
 * @throws RouterError as the client gets it, or ClientGone
 */
export async function answer(router: Router, order: Order, trail: Trail): Promise<Answer> {
  const sovereign = router.sovereign || order.sovereign;
  if (sovereign) refuseCloud(order.model);
  const found = router.health.findModel(order.model);
  const choice = found instanceof Promise ? await found : found;
  const throttle = choice.kind === "auto" ? order.account.throttle : undefined;
  if (throttle) trail.throttle = throttle.level;
  const plan = chooseTargets(router, choice, order.question, sovereign, throttle);
  // What a throttled auto answers is no answer of the model that would be asked otherwise.
  trail.meant = throttle ? undefined : (plan.meant ?? plan.targets[0]);
  if (choice.kind === "auto") order.account.primary = primaryOf(router, sovereign);
  const { deadlines, retries } = router.config;
  const endsAt = performance.now() + deadlines.totalMs;
  const lacking = (target: Target) => target.provider.unsupported(order.question, target.model);
  const walk = new Walk(plan, lacking, { retries, endsAt, client: order.client }, trail);

  const inquiry = new Inquiry(order, router.config, trail, endsAt);
  const goOn = (broken: Target, sent: string): Promise<Speaker> => {
    walk.leave(broken);
    return walk.ask((target, permit) =>
      continued(target, permit, sent, order.question, (...asked) => inquiry.open(...asked)),
    );
  };

  return knowingOfTheClient(trail, async () => {
    if (!order.stream) {
      const whole = await walk.ask((target, permit) => inquiry.whole(target, permit));
      noteAnswer(trail, whole);
      return { kind: "json", bytes: whole.bytes, usage: whole.usage };
    }
    const first = await walk.ask(async (target, permit) => ({ target, answer: await inquiry.open(target, permit) }));
    const onBreak = router.config.streaming.onBreak;
    const chunks = relay(first, {
      wire: order.wire,
      includeUsage: order.includeUsage,
      trail,
      ...(onBreak === "continue" ? { goOn } : {}),
    });
    return { kind: "stream", chunks };
  });
}

async function knowingOfTheClient<T>(trail: Trail, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ClientGone) trail.outcome = "client_gone";
    throw error;
  }
}
