import { CommandError } from "@pulumi/pulumi/automation/index.js";
import { Failure } from "../engine/index.ts";

/** What a person can do about an engine's error, by what it says. */
const remedies: readonly { readonly says: RegExp; readonly problem: string; readonly ways: readonly string[] }[] = [
  {
    says: /incorrect passphrase/i,
    problem: "The passphrase does not open this stack's secrets.",
    ways: [
      "set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE to the one that the stack was made with",
      "if its state is gone on purpose, remove the encryptionsalt line from the stack's YAML file",
    ],
  },
  {
    says: /currently locked by/i,
    problem: "Another update of this stack is running.",
    ways: ['wait for it, or end it with pulumi cancel in a shell with eval "$(npm run -s env)"'],
  },
];

/** Runs an operation of the engine whose output is shown already, and turns its error into one clear line. */
export async function operate<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const remedy = remedies.find(({ says }) => says.test(error.message));
    if (remedy) throw new Failure(remedy.problem, remedy.ways);
    const lines = error.message.split("\n").filter((line) => /^\s*error: /.test(line));
    const reason = lines.at(-1)?.trim() ?? "see above";
    throw new Failure(`${what} failed: ${reason.replace(/^error: /, "")}`);
  }
}
