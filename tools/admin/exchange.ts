import { type IncomingHttpHeaders, request as plain } from "node:http";
import { request as secure } from "node:https";

export interface Asked {
  readonly method: string;
  readonly key: string;
  /** Sent as JSON. */
  readonly body?: object | undefined;
  readonly ca?: Buffer | undefined;
  readonly certificate?: { readonly cert: Buffer; readonly key: Buffer } | undefined;
  readonly answerMs: number;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Asks a router once and reads the whole answer, whatever its status; over TLS with its authority and our certificate. */
export function exchange(url: URL, { method, key, body, ca, certificate, answerMs }: Asked): Promise<Answered> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    authorization: `Bearer ${key}`,
    ...(payload === undefined
      ? {}
      : { "content-type": "application/json", "content-length": Buffer.byteLength(payload) }),
  };
  const options = { method, headers, ...(ca ? { ca } : {}), ...certificate, signal: AbortSignal.timeout(answerMs) };
  return new Promise((resolve, reject) => {
    const call = (url.protocol === "https:" ? secure : plain)(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    call.on("error", reject);
    call.end(payload);
  });
}
