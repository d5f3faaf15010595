import { createHmac } from "node:crypto";
import { Agent, type Dispatcher, request } from "undici";
import { retryAfterOf } from "../providers/failure.ts";
import type { Secret } from "../secrets.ts";

/** It was not delivered; the message holds nothing of the URL. */
export class WebhookFailed extends Error {
  override readonly name = "WebhookFailed";
  /** How long the receiver wants to be left alone; milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, retryAfterMs?: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

export interface WebhookOptions {
  readonly url: Secret;
  readonly secret: Secret | undefined;
  readonly timeoutMs: number;
}

/** Posts JSON, signed as the Standard Webhooks specification has it (github.com/standard-webhooks/standard-webhooks). */
export class Webhook {
  readonly #options: WebhookOptions;
  readonly #dispatcher: Dispatcher;

  constructor(options: WebhookOptions) {
    this.#options = options;
    const { timeoutMs } = options;
    const deadlines = { headersTimeout: timeoutMs, bodyTimeout: timeoutMs, connect: { timeout: timeoutMs } };
    this.#dispatcher = new Agent({ connections: 2, ...deadlines });
  }

  /**
   * One attempt.
   *
   * @param id the same for each attempt at the same message
   * @throws WebhookFailed
   */
  async post(id: string, body: string, signal: AbortSignal): Promise<void> {
    const { url: address, secret, timeoutMs } = this.#options;
    const url = urlOf(address.read());
    const key = secret?.read();
    if (secret && key === undefined) throw new WebhookFailed(`no signature secret: ${secret.remedy}`);
    const at = String(Math.floor(Date.now() / 1_000));
    const headers = {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": at,
      ...(key === undefined ? {} : { "webhook-signature": signature(key, `${id}.${at}.${body}`) }),
    };
    const late = AbortSignal.timeout(timeoutMs);
    let status: number;
    let retryAfterMs: number | undefined;
    try {
      const options = { dispatcher: this.#dispatcher, signal: AbortSignal.any([signal, late]) };
      const response = await request(url, { method: "POST", headers, body, ...options });
      status = response.statusCode;
      retryAfterMs = retryAfterOf(response.headers);
      await response.body.dump();
    } catch (error) {
      if (late.aborted) throw new WebhookFailed(`no answer within ${timeoutMs} ms`);
      // A system's message holds the address.
      throw new WebhookFailed(`not reached (${String((error as { code?: unknown }).code ?? (error as Error).name)})`);
    }
    if (status < 200 || status > 299) throw new WebhookFailed(`HTTP ${status}`, retryAfterMs);
  }

  close(): Promise<void> {
    return this.#dispatcher.destroy();
  }
}

function urlOf(given: string | undefined): URL {
  if (given === undefined) throw new WebhookFailed("its URL is not there");
  const url = URL.parse(given);
  if (url?.protocol !== "https:" && url?.protocol !== "http:") throw new WebhookFailed("its URL is not one of HTTP");
  return url;
}

/** `v1,<base64 of an HMAC-SHA-256>`. @param secret `whsec_<base64>`, or any text */
export function signature(secret: string, signed: string): string {
  const key = secret.startsWith("whsec_") ? Buffer.from(secret.slice("whsec_".length), "base64") : secret;
  return `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
}
