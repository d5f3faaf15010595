import type { RouterConfig } from "../config/index.ts";
import { attempt, type OpenAnswer } from "./attempt.ts";
import type { Order } from "./order.ts";
import { givenLimit, outputLimit } from "./output-limit.ts";
import type { LlmProvider } from "./providers/provider.ts";
import type { ClientQuestion } from "./question.ts";
import type { Permit } from "./reliability/index.ts";
import type { AttemptAccount } from "./spending/index.ts";
import type { Target } from "./targets.ts";
import { type AttemptTelemetry, requestParameters } from "./telemetry/index.ts";
import { type Ending, noteAttempt, type Trail } from "./trail.ts";
import { assembled } from "./whole-answer.ts";
import { attemptWhole } from "./whole-attempt.ts";

/** Asks one target after the other what a client asked, each attempt noted on the trail and traced. */
export class Inquiry {
  readonly #order: Order;
  readonly #config: RouterConfig;
  readonly #trail: Trail;
  readonly #endsAt: number;

  /** @param endsAt when the whole request must be over; on the clock of `performance.now()` */
  constructor(order: Order, config: RouterConfig, trail: Trail, endsAt: number) {
    this.#order = order;
    this.#config = config;
    this.#trail = trail;
    this.#endsAt = endsAt;
  }

  /** As a stream. @param continues the question asks to go on with an answer that broke off */
  open(target: Target, permit: Permit, question = this.#order.question, continues = false): Promise<OpenAnswer> {
    const account = this.#reserve(target, question, continues);
    return account instanceof Promise
      ? account.then((made) => this.#stream(target, permit, question, continues, made))
      : this.#stream(target, permit, question, continues, account);
  }

  /**
   * For a client that wants JSON. A stream says when its first token came and when it stalls; while others say that of
   * the target just now, the answer is asked for in one piece, which costs half.
   */
  async whole(target: Target, permit: Permit): Promise<Ending & { readonly bytes: Buffer }> {
    const { wire, question, stickyKey, client } = this.#order;
    const { provider, model } = target;
    if (!this.#mayBeWhole(target) || !canAnswerWhole(provider)) {
      return assembled(await this.open(target, permit), target, wire);
    }
    const reserved = this.#reserve(target, question, false);
    const account = reserved instanceof Promise ? await reserved : reserved;
    const maxOutputTokens = this.#note(target, question);
    const limit = maxOutputTokens === undefined ? {} : { maxOutputTokens };
    return attemptWhole(target, {
      permit,
      account,
      endsAt: this.#endsAt,
      client,
      silenceMs: this.#config.deadlines.firstTokenMs,
      telemetry: this.#begin(target, question, maxOutputTokens, { stream: false, continues: false }),
      ask: (signal, trace) => provider.whole({ question, stickyKey, model, signal, trace, ...limit }),
    });
  }

  #stream(
    target: Target,
    permit: Permit,
    question: ClientQuestion,
    continues: boolean,
    account: AttemptAccount,
  ): Promise<OpenAnswer> {
    const maxOutputTokens = this.#note(target, question);
    const limit = maxOutputTokens === undefined ? {} : { maxOutputTokens };
    return attempt(target, {
      call: { question, stickyKey: this.#order.stickyKey, ...limit },
      account,
      permit,
      deadlines: this.#config.deadlines,
      endsAt: this.#endsAt,
      client: this.#order.client,
      telemetry: this.#begin(target, question, maxOutputTokens, { stream: true, continues }),
    });
  }

  /** @throws PassedOver */
  #reserve(target: Target, question: ClientQuestion, continues: boolean): AttemptAccount | Promise<AttemptAccount> {
    const { account } = this.#order;
    const { backend } = target;
    const order = {
      operation: "chat",
      body: question.body,
      bytes: question.bytes,
      maxOutputTokens: outputLimit(question.body, backend) ?? givenLimit(question.body),
      maxMs: Math.max(1, Math.min(backend.totalMs, this.#endsAt - performance.now())),
      continues,
    } as const;
    return account.attempt(target, order);
  }

  #mayBeWhole({ provider, standing }: Target): boolean {
    const { streaming, telemetry } = this.#config;
    if (telemetry.recordContent || provider.wire !== this.#order.wire.name) return false;
    return standing.witnessed(streaming.witnessMs);
  }

  /** @returns the limit of output tokens that the router sets */
  #note(target: Target, question: ClientQuestion): number | undefined {
    const maxOutputTokens = outputLimit(question.body, target.backend);
    noteAttempt(this.#trail, target, this.#order.stickyKey, maxOutputTokens);
    return maxOutputTokens;
  }

  #begin(
    { backend, model, provider }: Target,
    question: ClientQuestion,
    maxOutputTokens: number | undefined,
    how: { readonly stream: boolean; readonly continues: boolean },
  ): AttemptTelemetry {
    return this.#order.telemetry.attempt({
      operation: "chat",
      backend: backend.name,
      model,
      server: provider.server,
      parameters: () => requestParameters(question.body, maxOutputTokens),
      ...how,
    });
  }
}

const canAnswerWhole = (provider: LlmProvider): provider is LlmProvider & Required<Pick<LlmProvider, "whole">> =>
  provider.whole !== undefined;
