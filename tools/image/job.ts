import { imageRepository } from "../../stacks/config/index.ts";
import { Failure } from "../engine/index.ts";
import { type BaseReference, parseBase } from "./base.ts";
import { type Platform, platformsOf } from "./platform.ts";

/** The options of the command, as they were given. */
export interface JobOptions {
  readonly to?: readonly string[] | undefined;
  readonly base?: string | undefined;
  readonly platform?: readonly string[] | undefined;
  readonly output?: string | undefined;
  readonly from?: string | undefined;
  readonly login?: string | undefined;
  readonly user?: string | undefined;
}

/** What is to be done. */
export type Job =
  | { readonly kind: "login"; readonly registry: string; readonly user: string }
  | { readonly kind: "carried"; readonly file: string; readonly repositories: readonly string[] }
  | {
      readonly kind: "made";
      readonly base: BaseReference;
      readonly platforms: readonly Platform[];
      readonly repositories: readonly string[];
      readonly output?: string | undefined;
    };

/** @throws Failure where the options say nothing that can be done */
export function jobOf(options: JobOptions, defaultBase: string): Job {
  const { login, from } = options;
  if (login !== undefined) {
    refuseBeside("--login", options, ["to", "base", "platform", "output", "from"]);
    if (!/^[a-z0-9.-]+(:\d+)?$/.test(login)) {
      throw new Failure(`${login} is no registry.`, ["--login takes its host alone, with its port if it has one"]);
    }
    return { kind: "login", registry: login, user: options.user ?? "AWS" };
  }
  if (options.user !== undefined) throw new Failure("--user says whose password --login keeps, and nothing else.");
  const repositories = [...new Set(options.to ?? [])];
  const wrong = repositories.filter((repository) => !imageRepository.safeParse(repository).success);
  if (wrong.length > 0) {
    throw new Failure(`No repository of images: ${wrong.join(", ")}`, [
      "--to takes a registry's host and a path, without https://, tag and digest",
    ]);
  }
  if (from !== undefined) {
    refuseBeside("--from", options, ["base", "platform", "output"]);
    if (repositories.length === 0) throw new Failure("--from needs to know where to push.", ["--to REPOSITORY"]);
    return { kind: "carried", file: from, repositories };
  }
  return {
    kind: "made",
    base: parseBase(options.base ?? defaultBase),
    platforms: platformsOf(options.platform ?? []),
    repositories,
    output: options.output,
  };
}

function refuseBeside(what: string, options: JobOptions, names: readonly (keyof JobOptions)[]): void {
  const given = names.filter((name) => options[name] !== undefined).map((name) => `--${name}`);
  if (given.length > 0) throw new Failure(`${given.join(", ")} can't stand with ${what}.`);
}
