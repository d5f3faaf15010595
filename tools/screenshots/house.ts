import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueKey, parseRouterConfig, type RouterConfigInput } from "../../runtime/config/index.ts";
import { type Rehearsal, type RehearsalScriptInput, startRehearsal } from "../../runtime/rehearsal/index.ts";
import { startRouter } from "../../runtime/router/index.ts";
import { writeHistory } from "./history.ts";

/** A real router with a month behind it, and four scripted providers of which one has a bad day. */
export interface DemoHouse {
  readonly url: string;
  readonly adminKey: string;
  /** Asks a few questions, of many tenants, with failovers; resolves when they run or are over. */
  traffic(): Promise<void>;
  close(): Promise<void>;
}

const tenants = ["grading", "support", "research", "marketing"] as const;
const text = "A circuit breaker stops asking a provider that fails, and asks again when it has had time to mend.";

const chat = (behaviour: object): RehearsalScriptInput => ({
  rules: [{ kind: "chat", behaviour: { text, ...behaviour } }],
});

const scripts = {
  openai: chat({ gapMs: 30 }),
  claude: chat({ fault: { type: "status", status: 529 } }),
  gemini: chat({ gapMs: 12 }),
  local: chat({ gapMs: 90 }),
};

export async function openDemoHouse(port = 0): Promise<DemoHouse> {
  const folder = mkdtempSync(join(tmpdir(), "hybrid-llm-demo-"));
  const started: Rehearsal[] = [];
  const leave = async () => {
    await Promise.all(started.map((rehearsal) => rehearsal.close()));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (const script of Object.values(scripts)) started.push(await startRehearsal({ script }));
    const urls = Object.keys(scripts).map((name, index) => [name, started[index]?.url ?? ""] as const);
    const house = await openRouter(folder, port, Object.fromEntries(urls));
    return { ...house, close: () => house.close().finally(leave) };
  } catch (error) {
    // A process whose stand-ins are open does not end.
    await leave();
    throw error;
  }
}

async function openRouter(folder: string, port: number, urls: Record<string, string>): Promise<DemoHouse> {
  const admin = issueKey();
  const clients = tenants.map((tenant) => ({ tenant, ...issueKey() }));
  const config = parseRouterConfig(demoConfig(folder, port, urls, [admin, ...clients]), "demo");
  await writeHistory(config, Date.now(), zoneHours);
  const router = await startRouter(config, { environment: {}, logTo: { write() {} } });

  const ask = (client: number, model: string, stream: boolean, headers: Record<string, string> = {}) =>
    fetch(`${router.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${clients[client]?.key}`, "content-type": "application/json", ...headers },
      body: JSON.stringify({
        model,
        stream,
        max_tokens: 400,
        messages: [{ role: "user", content: "What is a circuit breaker?" }],
      }),
    });
  return {
    url: router.url,
    adminKey: admin.key,
    async traffic() {
      const done = async (asked: Promise<Response>) => void (await (await asked).text());
      for (let turn = 0; turn < 4; turn++) {
        await done(ask(0, "claude", false));
        await Promise.all([done(ask(1, "gemini", true)), done(ask(2, "openai", false)), done(ask(0, "auto", true))]);
        await done(ask(3, "openai/gpt-5.4-mini", true));
      }
      await done(ask(2, "claude", false, { "x-router-sovereign": "true" }));
      await done(ask(1, "openai/gpt-9", false));
      void done(ask(0, "local", true)).catch(() => {});
      void done(ask(2, "openai", true)).catch(() => {});
    },
    close: () => router.drain(),
  };
}

/** It is always afternoon in the pictures: by so many hours the clocks of the demonstration are ahead of UTC. */
const zoneHours = Math.max(-12, Math.min(14, 16 - new Date().getUTCHours()));

type Keys = readonly { readonly id: string; readonly sha256: string; readonly tenant?: string }[];

function demoConfig(
  folder: string,
  port: number,
  urls: Record<string, string>,
  [admin, ...clients]: Keys,
): RouterConfigInput {
  const backend = (name: string, defaultModel: string, models: string[] = []) => ({
    baseUrl: urls[name] ?? "",
    rehearsal: true,
    defaultModel,
    models,
  });
  const prices = { input: 12, output: 60 };
  return {
    name: "prod/2026-11-29",
    region: "eu-central-1",
    allowRehearsal: true,
    listen: { port },
    keys: [
      ...(admin ? [{ id: admin.id, sha256: admin.sha256, tenant: "platform", role: "admin" as const }] : []),
      ...clients.map(({ id, sha256, tenant }) => ({ id, sha256, ...(tenant === undefined ? {} : { tenant }) })),
    ],
    backends: {
      openai: backend("openai", "gpt-5.4", ["gpt-5.4-mini"]),
      claude: backend("claude", "claude-sonnet-4-5"),
      gemini: backend("gemini", "gemini-2.5-flash"),
      local: backend("local", "llama3"),
    },
    failoverChain: ["openai", "claude", "gemini", "local"],
    arbitrage: { strategy: "chain" },
    retries: { max: 1, baseMs: 50 },
    deadlines: { drainMs: 200 },
    prices: {
      "openai/gpt-5.4": prices,
      "openai/gpt-5.4-mini": { input: 2, output: 9 },
      "claude/claude-sonnet-4-5": prices,
      "gemini/gemini-2.5-flash": { input: 1, output: 5 },
    },
    budgets: {
      // The sign in these names is the other way round (POSIX).
      timezone: `Etc/GMT${zoneHours > 0 ? "-" : "+"}${Math.abs(zoneHours)}`,
      stack: { day: 8, week: 60, month: 200 },
      tenants: {
        grading: { day: 3.5, month: 90 },
        support: { day: 1.6 },
        research: { week: 40 },
        marketing: { day: 2 },
      },
    },
    ledger: { directory: join(folder, "ledger"), batch: { intervalMs: 50 } },
  };
}
