import type { DrainControl } from "../serving/index.ts";
import { Board } from "./board.ts";
import { Door, type DoorParts } from "./door.ts";
import { LiveRequests } from "./live-requests.ts";
import { Lookout } from "./lookout.ts";
import { Refusals } from "./refusals.ts";
import { Sharing } from "./sharing/index.ts";
import { Viewers } from "./viewers.ts";

export interface DashboardParts extends DoorParts {
  readonly control: DrainControl;
}

/** Everything behind `/dashboard`; idle while nobody looks. */
export interface Dashboard {
  /** Told of each request while `watched` says so. */
  readonly live: LiveRequests;
  /** Told of what sovereign mode refuses. */
  readonly refusals: Refusals;
  readonly door: Door;
  readonly viewers: Viewers;
}

export function openDashboard({ control, ...parts }: DashboardParts): Dashboard {
  const board = new Board();
  const { router } = parts;
  const { redis } = router.spending;
  const live: LiveRequests = new LiveRequests((request) => {
    const shown = sharing ? { ...request, router: sharing.router } : request;
    if (live.watchedHere) board.put(shown);
    sharing?.put(shown);
  });
  const sharing = redis && new Sharing({ redis, config: () => router.config, live, show: (other) => board.put(other) });
  const refusals = new Refusals();
  const draining = () => control.draining;
  const changed = () => viewers.tell();
  const lookout = new Lookout({ router, board, live, refusals, sharing, draining, changed });
  const viewers: Viewers = new Viewers({ board, first: () => lookout.start(), none: () => lookout.stop() });
  control.onDrain(() => viewers.end());
  return { live, refusals, door: new Door(parts), viewers };
}
