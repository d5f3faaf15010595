import type { Progress } from "../../engine/index.ts";
import { measure, type Sample } from "../compare/measure.ts";
import type { Kind } from "../conversation.ts";
import { redisCommand, startRedis } from "../redis.ts";
import { type Setting, withSetting } from "../setting.ts";
import { type RouterOptions, type System, startRouter } from "../systems/index.ts";

export interface CacheOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
}

const kinds: readonly Kind[] = ["json", "sse"];
const atLeast = 3_000;
const warmSeconds = 3;

/** Each request is the same one: kept anew where it says no-cache, given again where it doesn't. */
const wishes = [
  ["asked, and kept", { "x-router-cache": "on", "cache-control": "no-cache" }],
  ["given again", { "x-router-cache": "on" }],
] as const;

/** Asks routers in memory and with a Redis: without a cache, for what is kept, and for what was kept. */
export function measureCache(options: CacheOptions, progress: Progress, stop: AbortSignal): Promise<Sample[]> {
  const command = redisCommand();
  return withSetting([], async (setting) => {
    const { port } = await startRedis(command, setting.place.folder);
    const environment = { REDIS_URL: `redis://127.0.0.1:${port}` };
    const systems = [
      ...(await systemsOf(setting, "in memory", {})),
      ...(await systemsOf(setting, "with Redis", { environment })),
    ];
    return measureAll(setting, systems, options, progress, stop);
  });
}

async function systemsOf({ place }: Setting, where: string, options: RouterOptions): Promise<System[]> {
  const name = (what: string) => `${where}, ${what}`;
  const plain = await startRouter(place, { ...options, name: name("no cache") });
  const caching = await startRouter(place, { ...options, name: name("cache"), config: { cache: { enabled: true } } });
  const asking = wishes.map(([what, headers]): System => {
    const { target, child } = caching;
    return { name: name(what), child, target: { ...target, headers: { ...target.headers, ...headers } } };
  });
  return [plain, ...asking];
}

async function measureAll(
  setting: Setting,
  systems: readonly System[],
  { rounds, seconds, connections }: CacheOptions,
  progress: Progress,
  stop: AbortSignal,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let round = 0; round <= rounds && !stop.aborted; round++) {
    progress.step(round === 0 ? "Warming up." : `Round ${round} of ${rounds}.`);
    for (const kind of kinds) {
      for (const system of systems) {
        const extent = { seconds: round === 0 ? warmSeconds : seconds, atLeast: round === 0 ? 2 * atLeast : atLeast };
        const sample = await measure(setting, system, { kind, connections, paced: false }, round, extent, stop);
        if (round > 0) samples.push(sample);
      }
    }
  }
  return samples;
}
