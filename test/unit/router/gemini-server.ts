import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Sent {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** Bytes are sent as a stream of events, an object as JSON. */
export interface Reply {
  readonly status?: number;
  readonly body: Buffer | object;
}

/** Stands in for Google: keeps what it was sent, and answers with the next of its replies. */
export class GeminiServer {
  readonly replies: Reply[] = [];
  readonly #sent: Sent[] = [];
  readonly #server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString("utf8");
      const { method, url, headers } = request;
      this.#sent.push({ method, url, headers, body: text === "" ? undefined : JSON.parse(text) });
      const { status = 200, body } = this.replies.shift() ?? { body: {} };
      const stream = Buffer.isBuffer(body);
      response.writeHead(status, { "content-type": stream ? "text/event-stream" : "application/json; charset=UTF-8" });
      response.end(stream ? body : JSON.stringify(body));
    });
  });

  /** @returns its base URL */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get count(): number {
    return this.#sent.length;
  }

  sent(index: number): Sent {
    const request = this.#sent[index];
    if (!request) throw new Error(`there was no request ${index}`);
    return request;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
