import { type ParseArgsConfig, parseArgs } from "node:util";
import { Failure } from "../engine/index.ts";

/** A command of the project: what `--help` says and what it does. */
export interface Command<Options extends NonNullable<ParseArgsConfig["options"]>> {
  readonly usage: string;
  readonly options: Options;
  /** @returns the exit code; 0 by default */
  run(values: Values<Options>, positionals: string[]): Promise<number | undefined> | Promise<void>;
}

type Values<Options extends NonNullable<ParseArgsConfig["options"]>> = ReturnType<
  typeof parseArgs<{ options: Options; allowPositionals: true; strict: true }>
>["values"];

/** Runs a command with this process's arguments; a failure is told without a stack trace and ends with 1. */
export async function runCommand<Options extends NonNullable<ParseArgsConfig["options"]>>(
  command: Command<Options>,
): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(`${command.usage.trim()}\n`);
    return;
  }
  try {
    const { values, positionals } = parseArgs({ args, options: command.options, allowPositionals: true, strict: true });
    process.exitCode = (await command.run(values, positionals)) ?? 0;
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`${describe(error)}\n`);
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as NodeJS.ErrnoException).code;
  if (code?.startsWith("ERR_PARSE_ARGS")) return `${error.message}\nRun it with --help to see what there is.`;
  if (error instanceof Failure) return error.message;
  if (code === "ENOSPC" || code === "EACCES" || code === "EROFS")
    return `${error.message}: free or allow the place, then run this again.`;
  return error.stack ?? error.message;
}

/** The stack that a command is about: its one positional argument, `local` by default. */
export function stackArgument(positionals: readonly string[], known: readonly string[]): string {
  const [stack = "local", ...rest] = positionals;
  if (rest.length > 0) throw new Failure(`One stack at a time: ${positionals.join(", ")} were given.`);
  if (!known.includes(stack)) {
    throw new Failure(`There is no stack ${stack}.`, [`use one of ${known.join(", ")}, or write Pulumi.${stack}.yaml`]);
  }
  return stack;
}
