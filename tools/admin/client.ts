import { Failure } from "../engine/index.ts";
import { exchange } from "./exchange.ts";
import type { Target } from "./target.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Asks a router's administration. @throws Failure with the router's own words */
export type Client = (method: Method, path: string, body?: object) => Promise<Answer>;

export type Answer = Readonly<Record<string, unknown>>;

const answerMs = 30_000;

export function clientOf({ url, ...target }: Target): Client {
  return async (method, path, body) => {
    const asked = { ...target, method, body, answerMs };
    const { status, text } = await exchange(new URL(path, url), asked).catch((error: NodeJS.ErrnoException) => {
      throw new Failure(`The router at ${url} did not answer: ${error.message || error.code}`, waysOf(error));
    });
    if (status >= 200 && status < 300) return JSON.parse(text) as Answer;
    throw new Failure(`The router at ${url} answered ${status}: ${wordsOf(text)}`);
  };
}

function waysOf({ code = "" }: NodeJS.ErrnoException): string[] {
  if (code === "ECONNREFUSED") return ["is it running? npm run up deploys the local stack"];
  if (/CERT|SELF_SIGNED|UNABLE_TO_/.test(code)) return ["name its authority: --ca FILE"];
  return [];
}

function wordsOf(text: string): string {
  try {
    return String((JSON.parse(text) as { error: { message: unknown } }).error.message);
  } catch {
    return text.slice(0, 500);
  }
}
