import { join } from "node:path";
import { type Progress, projectDirectory } from "../../engine/index.ts";
import { asJson, type Output, say, writeResult } from "../output.ts";
import { chartOf } from "./chart.ts";
import { figuresOf } from "./figures.ts";
import { summarise } from "./profile.ts";
import { report } from "./report.ts";
import { type CompareOptions, compare } from "./run.ts";

export type { CompareOptions } from "./run.ts";

/**
 * The benchmark side by side, told on standard output.
 *
 * @param profile records a CPU profile of our router and says where its time went
 * @returns the exit code: 1 if any system gave a wrong answer
 */
export async function benchCompare(
  options: CompareOptions & Output & { readonly profile: boolean },
  progress: Progress,
  stop: AbortSignal,
): Promise<number> {
  const profile = options.profile ? newProfile() : undefined;
  const measurements = await compare(profile ? { ...options, router: profile.router } : options, progress, stop);
  const { samples } = measurements;
  if (samples.length === 0) {
    say("It was ended before the first round was whole.");
    return 1;
  }
  say(report(measurements));
  if (profile) say(`${summarise(profile.file)}\n\nThe whole profile, for a browser's developer tools: ${profile.file}`);
  if (options.json !== undefined) writeResult(options.json, asJson(figuresOf(measurements)));
  if (options.chart !== undefined && !measurements.stopped) writeResult(options.chart, chartOf(samples));
  return samples.some(({ failure }) => failure !== undefined) ? 1 : 0;
}

function newProfile() {
  const folder = join(projectDirectory, ".pulumi", "bench");
  const name = `ours-${new Date().toISOString().replaceAll(":", "-")}.cpuprofile`;
  const nodeArgs = ["--cpu-prof", "--cpu-prof-interval=500", `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${name}`];
  return { file: join(folder, name), router: { nodeArgs } };
}
