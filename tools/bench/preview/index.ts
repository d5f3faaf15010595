import type { Progress } from "../../engine/index.ts";
import { asJson, type Output, say, writeResult } from "../output.ts";
import { median } from "../statistics.ts";
import { align } from "../table.ts";
import { measurePreviews, type PreviewOptions, type PreviewSample } from "./run.ts";

/** How long the preview of a stack takes, beside that of a program that only registers the same providers. */
export async function benchPreview(
  options: PreviewOptions & Output,
  progress: Progress,
  stop: AbortSignal,
): Promise<number> {
  const samples = await measurePreviews(options, progress, stop);
  const middle = (program: PreviewSample["program"], value: "seconds" | "cpuSeconds" | "resources") =>
    median(samples.filter((sample) => sample.program === program).map((sample) => sample[value]));
  const row = (what: string, program: PreviewSample["program"]) => [
    what,
    String(middle(program, "resources")),
    middle(program, "seconds").toFixed(1),
    middle(program, "cpuSeconds").toFixed(1),
  ];
  const ratio = (value: "seconds" | "cpuSeconds") => (middle("stack", value) / middle("providers", value)).toFixed(2);
  say(
    align([
      ["Preview", "resources", "s", "CPU s"],
      row(options.stack, "stack"),
      row("its providers alone", "providers"),
      ["ratio", "", ratio("seconds"), ratio("cpuSeconds")],
    ]),
  );
  if (options.json !== undefined) writeResult(options.json, asJson({ ...options, samples }));
  return 0;
}
