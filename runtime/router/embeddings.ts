import type { CancelSignal } from "./cancel.ts";
import { RouterError } from "./errors.ts";
import type { Router } from "./pipeline.ts";
import type { EmbeddingAnswer } from "./providers/provider.ts";
import type { Permit } from "./reliability/index.ts";
import type { AttemptAccount, AttemptOrder, RequestAccount } from "./spending/index.ts";
import { chooseTargets, refuseCloud, type Target } from "./targets.ts";
import type { RequestTelemetry } from "./telemetry/index.ts";
import { noteAnswer, noteAttempt, type Trail } from "./trail.ts";
import { Walk } from "./walk.ts";
import { attemptWhole } from "./whole-attempt.ts";

export interface EmbeddingOrder {
  /** `auto` or `<backend>/<model>`. */
  readonly model: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly sovereign: boolean;
  readonly stickyKey: string;
  readonly client: CancelSignal;
  readonly telemetry: RequestTelemetry;
  readonly account: RequestAccount;
  /** Of the body as JSON, where that is known. */
  readonly bytes?: number | undefined;
}

/**
 * Asks for vectors. Those of different models can't be compared: the same target is asked again, but never another.
 *
 * @throws RouterError as the client gets it, or ClientGone
 */
export async function embed(router: Router, order: EmbeddingOrder, trail: Trail): Promise<EmbeddingAnswer> {
  const { config, health } = router;
  const sovereign = router.sovereign || order.sovereign;
  const model = order.model === "auto" ? config.embeddings.model : order.model;
  if (model === undefined) throw needsModel("auto means nothing here while embeddings.model is not configured");
  if (sovereign) refuseCloud(model);
  const choice = await health.findModel(model);
  if (choice.kind === "auto" || choice.model === undefined) throw needsModel(`${model} names no model`);
  const plan = chooseTargets({ ...router, config: { ...config, failoverChain: [] } }, choice, noRequest, sovereign);
  trail.meant = plan.targets[0];
  const endsAt = performance.now() + config.deadlines.totalMs;
  const walk = new Walk(plan, lacking, { retries: config.retries, endsAt, client: order.client }, trail);
  const answer = await walk.ask(async (target, permit) => {
    const account = await order.account.attempt(target, costing(order, target, endsAt));
    noteAttempt(trail, target, order.stickyKey, undefined);
    return ask(target, permit, account, order, endsAt);
  });
  noteAnswer(trail, answer);
  return answer;
}

const costing = ({ body, bytes }: EmbeddingOrder, { backend }: Target, endsAt: number): AttemptOrder => ({
  operation: "embeddings",
  body,
  bytes: bytes ?? Buffer.byteLength(JSON.stringify(body)),
  maxOutputTokens: 0,
  maxMs: Math.max(1, Math.min(backend.totalMs, endsAt - performance.now())),
  continues: false,
});

function ask(
  target: Target,
  permit: Permit,
  account: AttemptAccount,
  order: EmbeddingOrder,
  endsAt: number,
): Promise<EmbeddingAnswer> {
  const { model, backend, provider } = target;
  const { server } = provider;
  const telemetry = order.telemetry.attempt({
    operation: "embeddings",
    backend: backend.name,
    model,
    stream: false,
    server,
  });
  const { body, stickyKey, client } = order;
  return attemptWhole(target, {
    telemetry,
    account,
    permit,
    endsAt,
    client,
    timed: true,
    ask(signal, trace) {
      const asked = provider.embed?.({ model, body, stickyKey, trace, signal });
      if (!asked) throw new Error("asked a provider without embeddings");
      return asked;
    },
  });
}

const lacking = ({ backend, provider }: Target) =>
  provider.embed ? [] : [{ param: "model", reason: `${backend.name} has no embeddings` }];

/** The model is named: nothing is estimated. */
const noRequest = {
  get request(): never {
    throw new Error("an embedding request is never estimated");
  },
};

function needsModel(why: string): RouterError {
  const message = `model: ${why}; allowed: <backend>/<model> of a model that makes embeddings, e.g. local/all-minilm`;
  return new RouterError("invalid_request", message, { param: "model" });
}
