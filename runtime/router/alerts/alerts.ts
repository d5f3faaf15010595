import { hash } from "node:crypto";
import type { AlertConfig } from "../../config/index.ts";
import type { Log } from "../log.ts";
import type { Secret } from "../secrets.ts";
import { type Alert, idOf, render, type Teller } from "./alert.ts";
import { type Claim, type Claims, leaseMs } from "./claims/index.ts";
import { Deliveries, type DeliveryOutcome } from "./deliveries.ts";
import { Webhook } from "./webhook.ts";

export interface AlertsOptions {
  readonly config: AlertConfig;
  readonly teller: Teller;
  readonly claims: Claims;
  readonly log: Pick<Log, "info" | "warn" | "error">;
  /** Where the webhook's URL and secret are found. */
  openSecret(source: NonNullable<AlertConfig["webhook"]>): Secret;
}

/** How alerts get to whoever is to know; fit to be shown to anybody. */
export interface WebhookHealth {
  readonly status: "ok" | "failing";
  /** Why the last attempt failed. */
  readonly why?: string;
  /** Alerts that are still to be delivered. */
  readonly waiting: number;
  /** Since the start: given up. */
  readonly failed: number;
}

interface Known extends Claim {
  readonly endsAt: number;
  /** This router's, and its end not yet written down. */
  readonly mine: boolean;
  /** When its claim was last renewed. */
  readonly keptAt: number;
}

/** Claims that are asked for in one turn; what is left waits for the next. */
const mostTakes = 200;

/** Tells each alert once, whatever number of routers see what it is about; nothing here is waited for by a request. */
export class Alerts {
  readonly #options: AlertsOptions;
  readonly #known = new Map<string, Known>();
  #config: AlertConfig;
  #deliveries: Deliveries | undefined;
  /** Of former configurations, until they have delivered what they began. */
  readonly #retired = new Set<Deliveries>();
  readonly #counts: Record<DeliveryOutcome, number> = { sent: 0, failed: 0 };

  constructor(options: AlertsOptions) {
    this.#options = options;
    this.#config = options.config;
    this.#deliveries = this.#open();
  }

  get config(): AlertConfig {
    return this.#config;
  }

  /** What is being delivered goes on as it began. */
  reconfigure(config: AlertConfig): void {
    if (JSON.stringify(config) === JSON.stringify(this.#config)) return;
    this.#config = config;
    const before = this.#deliveries;
    this.#deliveries = this.#open();
    if (!before) return;
    this.#retired.add(before);
    void before.retire().finally(() => this.#retired.delete(before));
  }

  /** Absent where there is no webhook. */
  get health(): WebhookHealth | undefined {
    if (!this.#deliveries) return undefined;
    const { problem, waiting } = this.#deliveries;
    const { failed } = this.#counts;
    return problem === undefined
      ? { status: "ok", waiting, failed }
      : { status: "failing", why: problem, waiting, failed };
  }

  /** What this router told since the start, by what became of it. */
  get counts(): Readonly<Record<DeliveryOutcome, number>> {
    return this.#counts;
  }

  /** What became of an alert, whoever told it; undefined where nobody did. */
  of(id: string): Claim | undefined {
    return this.#known.get(id);
  }

  /** @throws where claims can't be made now; the next look tries again */
  async tell(alerts: readonly Alert[], now: number): Promise<void> {
    for (const [id, { endsAt }] of this.#known) if (endsAt < now) this.#known.delete(id);
    await this.#goOn(now);
    let takes = 0;
    for (const alert of alerts) {
      const id = idOf(alert);
      const known = this.#known.get(id);
      if (known && (known.mine || known.state !== "sending")) continue;
      if (this.#deliveries?.full || takes++ >= mostTakes) return;
      const taken = await this.#options.claims.take(id, now);
      const endsAt = alert.status.resetsAt;
      if (taken !== "mine") this.#known.set(id, { ...taken, endsAt, mine: false, keptAt: now });
      else this.#begin(id, alert, endsAt);
    }
  }

  /** Attempts that are under way get this long; what is not delivered is left to another router. */
  async close({ timeoutMs }: { readonly timeoutMs: number }): Promise<void> {
    await Promise.all([this.#deliveries, ...this.#retired].map((deliveries) => deliveries?.close(timeoutMs)));
    const { claims } = this.#options;
    for (const [id, { mine, state, at, endsAt }] of this.#known) {
      if (!mine) continue;
      const said = state === "sending" ? claims.release(id) : claims.settle(id, { state, at }, endsAt);
      await said.catch(() => {});
    }
  }

  #begin(id: string, alert: Alert, endsAt: number): void {
    const { teller, claims, log } = this.#options;
    this.#known.set(id, { state: "sending", at: alert.now, endsAt, mine: true, keptAt: alert.now });
    const told = render(alert, teller);
    log.warn({ alert: told.data }, `budget alert: ${told.text}`);
    if (!this.#deliveries) {
      this.#ended(id, "sent");
      return;
    }
    // The receiver knows a repetition by it; no full stop, which is what a signature separates by.
    const messageId = `alert_${hash("sha256", `${claims.place}\n${teller.name}\n${id}`).slice(0, 32)}`;
    this.#deliveries.add(messageId, JSON.stringify(told), (outcome) => this.#ended(id, outcome));
  }

  #ended(id: string, state: DeliveryOutcome): void {
    this.#counts[state]++;
    const known = this.#known.get(id);
    if (!known?.mine) return;
    this.#known.set(id, { ...known, state });
    void this.#settle(id, { ...known, state });
  }

  async #settle(id: string, known: Known): Promise<void> {
    const { state, at, endsAt } = known;
    try {
      await this.#options.claims.settle(id, { state, at }, endsAt);
      this.#known.set(id, { ...known, mine: false });
    } catch {
      // Told again with the next look.
    }
  }

  /** Keeps the claims of what is being delivered, and says again what could not be said of the others. */
  async #goOn(now: number): Promise<void> {
    for (const [id, known] of this.#known) {
      if (!known.mine) continue;
      if (known.state !== "sending") await this.#settle(id, known);
      else if (now - known.keptAt >= leaseMs / 3) {
        const mine = await this.#options.claims.keep(id, now);
        this.#known.set(id, { ...known, mine, keptAt: now });
      }
    }
  }

  #open(): Deliveries | undefined {
    const { openSecret, log } = this.#options;
    const { webhook, signatureSecret, timeoutMs } = this.#config;
    if (!webhook) return undefined;
    const secret = signatureSecret && openSecret(signatureSecret);
    return new Deliveries(
      new Webhook({ url: openSecret(webhook), secret, timeoutMs }),
      this.#config,
      (problem, waiting) =>
        log.error({ problem, waiting }, "budget alerts: the webhook was given up; see budgets.alerts.webhook"),
    );
  }
}
