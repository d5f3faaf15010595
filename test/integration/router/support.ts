import { onTestFinished } from "vitest";
import { issueKey, parseRouterConfig, type RouterConfigInput } from "../../../runtime/config/index.ts";
import { type Rehearsal, type RehearsalScriptInput, startRehearsal } from "../../../runtime/rehearsal/index.ts";
import { startRouter } from "../../../runtime/router/index.ts";
import { createLog } from "../../../runtime/router/log.ts";
import { openSpending, type Spending } from "../../../runtime/router/spending/index.ts";
import { until } from "../../support/wait.ts";

export const key = issueKey();
export const bearer = { authorization: `Bearer ${key.key}` };
export const jsonType = { "content-type": "application/json" };

/** A rehearsal provider that ends with the test. */
export async function upstream(script: RehearsalScriptInput = {}): Promise<Rehearsal> {
  const rehearsal = await startRehearsal({ script });
  onTestFinished(() => rehearsal.close());
  return rehearsal;
}

export interface TestRouter {
  readonly url: string;
  /** The log, parsed. */
  readonly log: Record<string, unknown>[];
  readonly logText: () => string;
  readonly spending: Spending;
  /** The line of the first request that is finished. */
  requestLine(): Promise<Record<string, unknown>>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  chat(body: object, headers?: Record<string, string>): Promise<Response>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  drain(): Promise<void>;
}

export interface RouterOptions {
  readonly config?: RouterConfigInput;
  readonly environment?: NodeJS.ProcessEnv;
  /** The folder that relative paths of the configuration start from. */
  readonly baseDirectory?: string;
}

/** A router in this process that ends with the test. */
export async function router({
  config = {},
  environment = {},
  baseDirectory = ".",
}: RouterOptions = {}): Promise<TestRouter> {
  const lines: string[] = [];
  const parsed = parseRouterConfig(
    {
      allowRehearsal: true,
      // One attempt a target, in the chain's order: a test that is about more than that says so.
      retries: { max: 0 },
      arbitrage: { strategy: "chain" },
      keys: [{ id: key.id, sha256: key.sha256, tenant: "school" }],
      ...config,
      deadlines: { drainMs: 20, ...config.deadlines },
      listen: { port: 0, ...config.listen },
    },
    "test",
  );
  const logTo = { write: (line: string) => void lines.push(line) };
  const spending = openSpending({ config: parsed, environment, baseDirectory, log: createLog(parsed, logTo) });
  const running = await startRouter(parsed, { environment, baseDirectory, logTo, spending });
  onTestFinished(() => running.drain());
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(running.url + path, {
      method: "POST",
      headers: { ...bearer, ...jsonType, ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  return {
    url: running.url,
    get log() {
      return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    logText: () => lines.join(""),
    spending,
    async requestLine() {
      const find = () => lines.find((line) => line.includes('"msg":"request"'));
      await until(() => find() !== undefined);
      return JSON.parse(find() ?? "") as Record<string, unknown>;
    },
    post,
    chat: (body, headers) =>
      post("/v1/chat/completions", { messages: [{ role: "user", content: "hello" }], ...body }, headers),
    get: (path, headers = {}) => fetch(running.url + path, { headers: { ...bearer, ...headers } }),
    drain: () => running.drain(),
  };
}

/** `openai` and `local` of a router, each with its rehearsal. */
export async function pair(
  openaiScript: RehearsalScriptInput,
  localScript: RehearsalScriptInput = {},
  options: RouterOptions = {},
) {
  const [openai, local] = await Promise.all([upstream(openaiScript), upstream(localScript)]);
  const started = await router({
    ...options,
    config: {
      ...options.config,
      backends: {
        openai: { baseUrl: openai.url, rehearsal: true, defaultModel: "big" },
        local: { baseUrl: local.url, rehearsal: true },
        ...options.config?.backends,
      },
    },
  });
  return { openai, local, router: started };
}

export const says = (text: string, more: object = {}) => ({ rules: [{ behaviour: { text, ...more } }] });

export const chatPath = "/v1/chat/completions";
export const onChat = (behaviour: object) => ({ rules: [{ path: chatPath, behaviour }] }) as RehearsalScriptInput;

/** The data of each event of a stream, in order. */
export function dataOf(stream: string): string[] {
  return stream.split("\n\n").flatMap((event) => (event.startsWith("data: ") ? [event.slice(6)] : []));
}

/** The text that a client would show. */
export function textOf(stream: string): string {
  return dataOf(stream)
    .filter((data) => data !== "[DONE]")
    .map(
      (data) =>
        (JSON.parse(data) as { choices?: { delta?: { content?: string } }[] }).choices?.[0]?.delta?.content ?? "",
    )
    .join("");
}

export type ErrorBody = {
  error: { message: string; code: string; type: string; param: string | null; backends?: unknown[] };
};

export const errorOf = async (response: Response): Promise<ErrorBody["error"]> =>
  ((await response.json()) as ErrorBody).error;
