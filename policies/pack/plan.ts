import {
  isValues,
  type Registered,
  Registrations,
  unknownValue,
  type Value,
  type Values,
} from "../../infra/cost/index.ts";

/** A resource of a plan, as plain data: what the program gave, completed by what the provider planned. */
export interface PlanResource extends Registered {
  readonly protect: boolean;
}

/** What was found out about a plan by its key; undefined where no component says it. */
export type Facts = Map<string, Value | undefined>;

/** What a pack judges. */
export class Plan extends Registrations<PlanResource> {
  /** What `--policy-pack-config` says for the policy that asks. */
  readonly config: Values;
  readonly #facts: Facts;

  constructor(resources: readonly PlanResource[], config: Values = {}, facts: Facts = new Map()) {
    super(resources);
    this.config = config;
    this.#facts = facts;
  }

  /** The same plan for a policy with this configuration: what was found out about it is kept. */
  configured(config: Values): Plan {
    return new Plan(this.resources, config, this.#facts);
  }

  /**
   * A fact about the whole stack: of the policy's configuration, else of any component's registration, under this key.
   *
   * @returns unknownValue also where two components say different things
   */
  fact(key: string): Value | undefined {
    if (this.config[key] !== undefined) return this.config[key];
    if (!this.#facts.has(key)) this.#facts.set(key, this.#said(key));
    return this.#facts.get(key);
  }

  #said(key: string): Value | undefined {
    const said: Value[] = this.components().flatMap(({ properties }): Value[] => {
      const value: Value | undefined = properties[key];
      return value === undefined ? [] : [value];
    });
    const [first] = said;
    return said.some((other) => JSON.stringify(other) !== JSON.stringify(first)) ? unknownValue : first;
  }
}

/**
 * Properties as they are known from both sides: planned outputs, and where one is missing or unknown there, what the
 * program gave. A provider that leaves an unknown out, or a component without outputs, hides nothing so.
 */
export function merged(outputs: Values, inputs: Values): Values {
  const result: Record<string, Value> = { ...inputs };
  for (const [key, value] of Object.entries(outputs)) {
    const given = inputs[key];
    result[key] =
      value === unknownValue && given !== undefined
        ? given
        : isValues(value) && isValues(given)
          ? merged(value, given)
          : value;
  }
  return result;
}
