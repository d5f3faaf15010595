import type { RedisClient } from "../../money/index.ts";
import { type ScriptName, scripts } from "./scripts.ts";

export type Value = string | number | Buffer;
type Run = (...values: Value[]) => Promise<unknown>;

const nameOf = (script: ScriptName): string => `hybridAnswers_${script}`;
const keyCount = 3;

/** A client that knows the scripts: it sends their hash, and their text where Redis does not have them. */
export class Commands {
  readonly #client: RedisClient;
  readonly #runs: Readonly<Record<ScriptName, Run>>;

  constructor(client: RedisClient) {
    this.#client = client;
    const names = Object.keys(scripts) as ScriptName[];
    const runs = names.map((name): [ScriptName, Run] => {
      client.defineCommand(nameOf(name), { numberOfKeys: keyCount, lua: scripts[name] });
      // Made by defineCommand: it answers with bytes.
      const run = (client as unknown as Record<string, Run>)[`${nameOf(name)}Buffer`] as Run;
      return [name, run.bind(client)];
    });
    this.#runs = Object.fromEntries(runs) as Record<ScriptName, Run>;
  }

  /** @throws the client's error */
  async run(script: ScriptName, keys: readonly string[], ...values: Value[]): Promise<unknown> {
    if (this.#client.status !== "ready") throw new Error("Redis can't be reached");
    return this.#runs[script](...keys, ...values);
  }
}
