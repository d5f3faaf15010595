import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { issueKey, type RouterConfigInput } from "../../../runtime/config/index.ts";
import { temporaryFolder } from "../router/process.ts";
import { jsonType, key, type RouterOptions, router, says } from "../router/support.ts";
import { counting } from "../spending/processes.ts";

export const adminKey = issueKey();

/** What both kinds of keys are in a configuration: one client's, and one to administer. */
export const keys = [
  { id: key.id, sha256: key.sha256, tenant: "school" },
  { id: adminKey.id, sha256: adminKey.sha256, tenant: "school", role: "admin" },
] satisfies RouterConfigInput["keys"];

export interface KeyJson {
  readonly id: string;
  readonly key: string;
  readonly tenant: string;
  readonly source: string;
  readonly revoked_at?: string;
  readonly last_used_at?: string;
  readonly limits: { readonly budget: object; readonly rates: object };
}

export interface Answered<Body> {
  readonly status: number;
  readonly body: Body;
  readonly text: string;
}

// biome-ignore lint/suspicious/noExplicitAny: each test knows what it asked for
export type AnyBody = any;

/** Calls with a key; the admin's by default. */
export async function call<Body = AnyBody>(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  apiKey = adminKey.key,
): Promise<Answered<Body>> {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${apiKey}`, ...(body === undefined ? {} : jsonType) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, body: (text === "" ? undefined : JSON.parse(text)) as Body };
}

/** Asks a model with a key; the status. */
export const chat = async (url: string, apiKey: string, model = "openai"): Promise<number> =>
  (await call(url, "POST", "/v1/chat/completions", { model, messages: [{ role: "user", content: "hello" }] }, apiKey))
    .status;

/** The same, of a request that is to work. */
export async function done<Body = AnyBody>(...given: Parameters<typeof call>): Promise<Body> {
  const { status, body, text } = await call<Body>(...given);
  expect(status, text).toBeLessThan(300);
  return body;
}

/** A backend that costs a dollar a request. */
export const priced = (url: string): RouterConfigInput => ({
  failoverChain: ["openai"],
  prices: { "openai/big": { perRequest: 1 } },
  backends: { openai: { baseUrl: url, rehearsal: true, defaultModel: "big" } },
});

/** A router of this process; without DATABASE_URL it keeps its keys in an embedded database. */
export async function house(config: RouterConfigInput = {}, options: RouterOptions = {}) {
  const openai = await counting(says("yes"));
  const folder = options.baseDirectory ?? temporaryFolder();
  const started = await router({
    ...options,
    // A stack of its own: tests share a server.
    config: { ...priced(openai.url), keys, ledger: { directory: "ledger", stack: `test ${randomUUID()}` }, ...config },
    baseDirectory: folder,
  });
  return { openai, folder, router: started, url: started.url };
}
