import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { issueKey, parseRouterConfig } from "../../../runtime/config/index.ts";
import { type Rehearsal, type RehearsalScriptInput, startRehearsal } from "../../../runtime/rehearsal/index.ts";
import { startRouter } from "../../../runtime/router/index.ts";

export const backends = ["gemini", "claude", "openai", "local"] as const;
export type Backend = (typeof backends)[number];

/** How a rehearsal answers. */
export type Script = NonNullable<NonNullable<RehearsalScriptInput["rules"]>[number]["behaviour"]>;

type Body = Readonly<Record<string, unknown>>;

/** A router before a rehearsal of each provider, and the official clients of both wires with no special setting. */
export interface House {
  readonly url: string;
  readonly key: string;
  readonly openai: OpenAI;
  readonly anthropic: Anthropic;
  /** Says how a backend answers, and forgets what was asked so far. */
  set(backend: Backend, script: Script): void;
  /** The chats that a backend has been asked since then. */
  asked(backend: Backend): readonly { readonly body: Body; readonly headers: Readonly<Record<string, string>> }[];
  close(): Promise<void>;
}

/** Models beside the defaults, for what only they can do. */
const models: Partial<Record<Backend, string[]>> = {
  gemini: ["gemini-2.5-flash", "gemini-embedding-2"],
  claude: ["claude-sonnet-4-5", "claude-opus-5-5"],
  openai: ["text-embedding-3-small", "gpt-4o", "gpt-5"],
  local: ["all-minilm"],
};

export interface HouseOptions {
  /** Asks for JSON answers in one piece once a model has been asked for a stream. */
  readonly whole?: boolean;
}

export async function openHouse({ whole = false }: HouseOptions = {}): Promise<House> {
  const key = issueKey();
  const stands = await Promise.all(backends.map(async (name) => [name, await startRehearsal()] as const));
  const rehearsals = Object.fromEntries(stands) as Record<Backend, Rehearsal>;
  const config = parseRouterConfig(
    {
      allowRehearsal: true,
      listen: { port: 0 },
      deadlines: { drainMs: 20 },
      keys: [{ id: key.id, sha256: key.sha256, tenant: "school" }],
      // A test asks one backend; that another one answers in its place would prove nothing.
      retries: { max: 0 },
      failoverChain: ["triton"],
      predictive: { enabled: false },
      streaming: { witnessMs: whole ? 3_600_000 : 0 },
      breaker: { failureThreshold: 1_000 },
      backends: Object.fromEntries(
        stands.map(([name, { url }]) => [name, { baseUrl: url, rehearsal: true, models: models[name] ?? [] }]),
      ),
    },
    "test",
  );
  const router = await startRouter(config, { environment: {}, logTo: { write: () => {} } });
  const seen = new Map<Backend, number>();
  return {
    url: router.url,
    key: key.key,
    openai: new OpenAI({ baseURL: `${router.url}/v1`, apiKey: key.key, maxRetries: 0 }),
    anthropic: new Anthropic({ baseURL: router.url, apiKey: key.key, maxRetries: 0 }),
    set(backend, behaviour) {
      rehearsals[backend].setScript({ rules: [{ behaviour }] });
      seen.set(backend, rehearsals[backend].chats.length);
    },
    asked: (backend) =>
      rehearsals[backend].chats
        .slice(seen.get(backend) ?? 0)
        .map(({ request }) => ({ body: request.body as Body, headers: request.headers ?? {} })),
    async close() {
      await router.drain();
      await Promise.all(Object.values(rehearsals).map((rehearsal) => rehearsal.close()));
    },
  };
}
