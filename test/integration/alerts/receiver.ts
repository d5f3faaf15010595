import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { BudgetAlert } from "../../../runtime/router/alerts/index.ts";

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly alert: BudgetAlert;
}

export interface Receiver {
  /** With a token in it, as Slack's have. */
  readonly url: string;
  readonly token: string;
  readonly received: Received[];
  /** What a delivery is answered; by default it is taken. */
  answer: (response: ServerResponse, count: number) => void;
}

const token = "T0KEN-of-the-webhook-52118";
export const hookAt = (port: number): string => `http://127.0.0.1:${port}/services/${token}`;

/** A real receiver of webhooks that ends with the test. @param port a free one by default */
export async function receiver(port = 0): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      received.push({ headers: request.headers, body, alert: JSON.parse(body) as BudgetAlert });
      it.answer(response, received.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const it: Receiver = {
    url: hookAt((server.address() as AddressInfo).port),
    token,
    received,
    answer: (response) => response.end("ok"),
  };
  return it;
}

/** Which alerts came, in order: `stack day 80`. */
export const told = ({ received }: Receiver): string[] =>
  received.map(({ alert: { data } }) => `${data.scope} ${data.period} ${data.threshold_percent ?? "forecast"}`);
