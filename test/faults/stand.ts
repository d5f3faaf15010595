import { type BackendName, issueKey, parseRouterConfig, type RouterConfigInput } from "../../runtime/config/index.ts";
import { type Rehearsal, type RehearsalScriptInput, startRehearsal } from "../../runtime/rehearsal/index.ts";
import { startRouter } from "../../runtime/router/index.ts";
import { answer, fallbackRules, type Scenario, wellRules } from "./catalogue.ts";
import type { Measured } from "./checks.ts";
import { ask, type ClientView, type ClientWire } from "./clients.ts";

/** Each backend as primary, with a fallback of another wire behind it. */
export const pairs = [
  { primary: "gemini", fallback: "claude" },
  { primary: "claude", fallback: "openai" },
  { primary: "openai", fallback: "gemini" },
  { primary: "local", fallback: "claude" },
] as const;
export type Pair = (typeof pairs)[number];

export interface Way {
  readonly wire: ClientWire;
  readonly stream: boolean;
}

/**
 * The router's own waits, scaled down from minutes; everything else is as it is delivered. The predictive breaker is
 * off, because how busy the testing machine is must not choose the target.
 */
const scaledDown: RouterConfigInput = {
  deadlines: { connectMs: 2_000, firstTokenMs: 1_500, betweenTokensMs: 1_500, totalMs: 15_000, drainMs: 20 },
  retries: { baseMs: 10, capMs: 50 },
  breaker: { recoveryMs: 120 },
  predictive: { enabled: false },
};

/** Later than every deadline of the router. */
const hangMs = 18_000;

/** A scripted provider behind the router. */
export interface Provider {
  readonly rules: RehearsalScriptInput["rules"];
  /** What the router is told about it beside its address. */
  readonly config?: object;
}

export interface Stand {
  ask(way: Way, model: string): Promise<ClientView>;
  rehearsal(backend: string): Rehearsal;
  close(): Promise<void>;
}

/** A router of its own in front of scripted providers, which it asks in the order in which they are given. */
export async function openStand(providers: Readonly<Record<string, Provider>>): Promise<Stand> {
  const names = Object.keys(providers) as BackendName[];
  const rehearsals = new Map<string, Rehearsal>();
  const backends: Record<string, object> = {};
  for (const [name, { rules, config }] of Object.entries(providers)) {
    const rehearsal = await startRehearsal({ script: { rules, models: [modelOf(name)] } });
    rehearsals.set(name, rehearsal);
    backends[name] = { baseUrl: rehearsal.url, rehearsal: true, defaultModel: modelOf(name), ...config };
  }
  const key = issueKey();
  const config = parseRouterConfig(
    {
      ...scaledDown,
      allowRehearsal: true,
      listen: { port: 0 },
      keys: [{ id: key.id, sha256: key.sha256, tenant: "wall" }],
      failoverChain: names,
      backends,
    },
    "fault wall",
  );
  const router = await startRouter(config, { environment: {}, logTo: { write() {} } });
  return {
    ask: ({ wire, stream }, model) =>
      ask(wire, { url: router.url, key: key.key, model, prompt: "When does a gateway earn trust?", stream, hangMs }),
    rehearsal(backend) {
      const rehearsal = rehearsals.get(backend);
      if (!rehearsal) throw new Error(`there is no ${backend}`);
      return rehearsal;
    },
    async close() {
      await router.drain();
      await Promise.all([...rehearsals.values()].map((rehearsal) => rehearsal.close()));
    },
  };
}

export const modelOf = (backend: string): string => `model-of-${backend}`;

/** Plays one scenario and measures it from both sides. */
export async function play(scenario: Scenario, pair: Pair, way: Way): Promise<Measured> {
  const stand = await openStand({
    [pair.primary]: { rules: scenario.primary },
    [pair.fallback]: { rules: fallbackRules(scenario.fallback) },
  });
  try {
    const views = await (scenario.sequence
      ? inSequence(scenario.sequence, stand, way, pair)
      : Promise.all([stand.ask(way, pair.primary)]));
    const [primary, fallback] = [pair.primary, pair.fallback].map((name) => [...stand.rehearsal(name).chats]);
    const alive = await stand.ask({ wire: "openai", stream: false }, pair.fallback);
    return {
      outcome: worst(views),
      complete: views.every(({ text }) => text === answer),
      views,
      primary: primary ?? [],
      fallback: fallback ?? [],
      fallbackModel: modelOf(pair.fallback),
      aliveAfter: alive.outcome === "success" && alive.text === answer,
      outage: scenario.sequence?.outage ?? 0,
    };
  } finally {
    await stand.close();
  }
}

/** One request after the other, none earlier than its interval after the one before. */
async function inSequence(
  { count, outage, intervalMs }: NonNullable<Scenario["sequence"]>,
  stand: Stand,
  way: Way,
  pair: Pair,
): Promise<ClientView[]> {
  const views: ClientView[] = [];
  for (let at = 0; at < count; at++) {
    if (at === outage) stand.rehearsal(pair.primary).setScript({ rules: wellRules });
    const interval = new Promise((resolve) => setTimeout(resolve, intervalMs));
    views.push(await stand.ask(way, pair.primary));
    await interval;
  }
  return views;
}

function worst(views: readonly ClientView[]): ClientView["outcome"] {
  const outcomes = views.map(({ outcome }) => outcome);
  return outcomes.includes("hang") ? "hang" : outcomes.includes("error") ? "error" : "success";
}
