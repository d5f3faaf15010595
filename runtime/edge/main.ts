import { Edge } from "./edge.ts";
import type { Context, Environment, LocalCache } from "./platform.ts";

declare const caches: { open(name: string): Promise<LocalCache> };

/** The worker, as Cloudflare runs it. */
export default {
  async fetch(request: Request, environment: Environment, context: Context): Promise<Response> {
    const edge = new Edge({
      kept: environment.KEPT,
      cache: await caches.open("confirmed"),
      cacheSeconds: Number(environment.CACHE_SECONDS),
      confirmSeconds: Number(environment.CONFIRM_SECONDS),
      region: (asked) => fetch(asked),
      now: () => Date.now(),
      warn: (what) => console.warn(`edge: ${what}`),
    });
    return edge.answer(request, (work) => context.waitUntil(work));
  },
};
