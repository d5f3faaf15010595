import type { CancelSignal } from "../../cancel.ts";
import { isObject } from "../../json.ts";
import { UpstreamFailure } from "../failure.ts";
import type { Upstream } from "../upstream.ts";
import { parseJson } from "./json.ts";
import type { TritonModel } from "./settings.ts";

/** What a model says of itself in its configuration. */
export interface ModelCard {
  /** The names of the tensors that it takes. */
  readonly inputs: ReadonlySet<string>;
  /** At most so many texts in one request; 0 for a model that doesn't batch. */
  readonly maxBatch: number;
}

/** How one call is answered. */
export interface ModelPlan {
  readonly settings: TritonModel;
  /** Absent where the server's own policy chooses. */
  readonly version: string | undefined;
  readonly card: ModelCard;
}

type Asking = { readonly model: string; readonly signal: CancelSignal };

/** Asks each model once what it takes; its versions have one configuration. */
export class ModelCards {
  readonly #upstream: Upstream;
  readonly #known = new Map<string, ModelCard>();

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
  }

  /** What is known without asking. */
  known(model: string): ModelCard | undefined {
    return this.#known.get(model);
  }

  /** Asks a model in the form that it takes. Where it takes another, or is gone, it will be asked again what it takes. */
  async use<T>({ model, signal }: Asking, ask: (card: ModelCard) => Promise<T>): Promise<T> {
    try {
      return await ask(await this.of(model, signal));
    } catch (error) {
      if (error instanceof UpstreamFailure && error.consequence === "alert") this.#known.delete(model);
      throw error;
    }
  }

  async of(model: string, signal: CancelSignal): Promise<ModelCard> {
    const known = this.#known.get(model);
    if (known) return known;
    const card = read(
      parseJson(await this.#upstream.json({ method: "GET", path: `${modelPath(model)}/config`, signal })),
    );
    this.#known.set(model, card);
    return card;
  }
}

/** Without a version the server's own policy chooses one. */
export function modelPath(model: string, version?: string): string {
  return `/v2/models/${encodeURIComponent(model)}${version === undefined ? "" : `/versions/${version}`}`;
}

function read(config: unknown): ModelCard {
  const { input, max_batch_size: maxBatch } = isObject(config) ? config : {};
  const inputs: unknown[] = Array.isArray(input) ? input : [];
  return {
    inputs: new Set(inputs.flatMap((entry) => (isObject(entry) && typeof entry.name === "string" ? [entry.name] : []))),
    maxBatch: typeof maxBatch === "number" ? maxBatch : 0,
  };
}
