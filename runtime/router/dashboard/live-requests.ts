import type { FastifyRequest } from "fastify";
import type { LiveRequest } from "../../dashboard/protocol.ts";
import { RouterError } from "../errors.ts";
import { toDollars } from "../money/index.ts";

/** More at the same time are not followed while they run; each is told when it ends. */
const mostRunning = 100;
const maxText = 300;

/** How a request ended. */
export interface Ending {
  readonly status: number;
  readonly error: unknown;
}

/** Requests of this router as they begin, go on and end: while somebody looks, and else nothing is done here. */
export class LiveRequests {
  readonly #tell: (request: LiveRequest) => void;
  readonly #running = new Map<FastifyRequest, Begun>();
  #number = 0;
  /** Somebody looks at this router's dashboard. */
  watchedHere = false;
  /** Somebody looks at another's, which shows this one's requests too. */
  watchedElsewhere = false;

  /** @param tell of each request as it is now */
  constructor(tell: (request: LiveRequest) => void) {
    this.#tell = tell;
  }

  /** Whether somebody looks. Whoever tells of a request asks this first. */
  get watched(): boolean {
    return this.watchedHere || this.watchedElsewhere;
  }

  /** The next number of a request that is shown here. */
  number(): number {
    return ++this.#number;
  }

  began(request: FastifyRequest): void {
    if (asks(request) && this.#running.size < mostRunning) this.#running.set(request, this.#begun(Date.now()));
  }

  ended(request: FastifyRequest, ending: Ending): void {
    if (!asks(request)) return;
    const ms = performance.now() - request.exchange.started;
    const begun = this.#running.get(request) ?? this.#begun(Date.now() - ms);
    this.#running.delete(request);
    this.#tell({ ...told(request, begun), ...outcomeOf(request, ending, ms) });
  }

  /** Tells how far those have come that run. */
  look(): void {
    for (const [request, begun] of this.#running) this.#tell(told(request, begun));
  }

  /** Of what is begun from now on nobody hears, until somebody looks again. */
  forget(): void {
    if (!this.watched) this.#running.clear();
  }

  #begun(at: number): Begun {
    return { number: this.number(), at: Math.round(at) };
  }
}

interface Begun {
  readonly number: number;
  readonly at: number;
}

/** Whether it is a request to a model. */
const asks = ({ method, routeOptions }: FastifyRequest): boolean =>
  method === "POST" && routeOptions.config.wire !== undefined;

function told({ id, body, exchange, routeOptions }: FastifyRequest, begun: Begun): LiveRequest {
  const { caller, trail } = exchange;
  const { model: asked, stream } = (body ?? {}) as { readonly model?: unknown; readonly stream?: unknown };
  return {
    ...begun,
    id,
    route: routeOptions.url ?? "",
    ...(caller ? { tenant: caller.tenant, key: caller.keyId } : {}),
    ...(typeof asked === "string" ? { asked: asked.slice(0, maxText) } : {}),
    ...(stream === true ? { streams: true } : {}),
    ...(trail?.backend === undefined ? {} : { backend: trail.backend }),
    ...(trail?.model === undefined ? {} : { model: trail.model }),
    ...(trail?.reason === undefined ? {} : { reason: trail.reason.slice(0, maxText) }),
    attempts: trail?.attempts ?? 0,
    failures:
      trail?.failures.map(({ backend, model, reason }) => ({ backend, ...(model ? { model } : {}), reason })) ?? [],
    ...(trail?.costNano === undefined ? {} : { cost: toDollars(trail.costNano) }),
    ...(trail?.firstTokenAt === undefined ? {} : { firstTokenMs: Math.round(trail.firstTokenAt - exchange.started) }),
  };
}

function outcomeOf({ exchange: { trail } }: FastifyRequest, { status, error }: Ending, ms: number) {
  const code = error instanceof RouterError ? error.code : error === undefined ? undefined : "internal_error";
  return {
    status,
    ms: Math.round(ms),
    ...(trail?.outcome ? { outcome: trail.outcome } : {}),
    ...(code ? { error: code } : {}),
  };
}
