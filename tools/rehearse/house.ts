import { issueKey, parseRouterConfig } from "../../runtime/config/index.ts";
import { type PerformedChat, type Rehearsal, startRehearsal } from "../../runtime/rehearsal/index.ts";
import { startRouter } from "../../runtime/router/index.ts";
import { type Actor, actors, type Cast, scriptOf } from "./moods.ts";

/** Everything that is on stage: four scripted providers and a real router in front of them. */
export interface House {
  readonly url: string;
  readonly key: string;
  close(): Promise<void>;
}

/** @param onAttempt called for each attempt of the router at a provider */
export async function openHouse(cast: Cast, onAttempt: (actor: Actor, chat: PerformedChat) => void): Promise<House> {
  const started: Rehearsal[] = [];
  const backends: Record<string, object> = {};
  for (const actor of actors) {
    const rehearsal = await startRehearsal({
      script: scriptOf(cast[actor]),
      onChat: (chat) => onAttempt(actor, chat),
    });
    started.push(rehearsal);
    backends[actor] = { baseUrl: rehearsal.url, rehearsal: true };
  }
  const key = issueKey();
  const config = parseRouterConfig(
    {
      name: "rehearsal",
      allowRehearsal: true,
      listen: { port: 0 },
      keys: [{ id: key.id, sha256: key.sha256, tenant: "rehearsal" }],
      failoverChain: [...actors],
      backends,
      // The chain in its order, so that one sees who takes over from whom.
      arbitrage: { strategy: "chain" },
      // Waits that one can watch; what the router decides is decided as in production.
      deadlines: { firstTokenMs: 3_000, betweenTokensMs: 1_500, drainMs: 100 },
      retries: { baseMs: 100 },
      breaker: { recoveryMs: 5_000 },
      predictive: { window: 3 },
    },
    "rehearsal",
  );
  const router = await startRouter(config, { environment: {}, logTo: { write() {} } });
  return {
    url: router.url,
    key: key.key,
    async close() {
      await router.drain();
      await Promise.all(started.map((rehearsal) => rehearsal.close()));
    },
  };
}
