import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { isNode, LineCounter, parseDocument } from "yaml";
import { ConfigurationError, check, type Problem } from "../../runtime/config/index.ts";
import { StackConfig } from "./stack-config.ts";

/** The one key under `config:` in Pulumi.<stack>.yaml, in the project's namespace. */
export const configKey = "stack";

/**
 * Checks a stack's configuration.
 *
 * @param value of the key `hybrid-llm:stack`
 * @param file the stack's YAML file, named in errors; where it can be read, problems also say their line
 * @throws ConfigurationError with every problem at once
 */
export function parseStackConfig(value: unknown, file: string): StackConfig {
  if (value === undefined) {
    const fix = "write the stack there, beginning with kind: local, cluster, cloud or airgap";
    throw new ConfigurationError(basename(file), [
      { path: [`hybrid-llm:${configKey}`], allowed: "the stack's configuration", fix },
    ]);
  }
  const result = check(StackConfig, value);
  if (result.success) return result.data;
  throw new ConfigurationError(basename(file), result.problems, lineFinder(file));
}

/** Finds the line of a problem in the YAML file: its own key's, or that of the nearest parent that is written there. */
function lineFinder(file: string): (path: Problem["path"]) => string | undefined {
  if (!existsSync(file)) return () => undefined;
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, "utf8"), { lineCounter: lines });
  return (path) => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(["config", `hybrid-llm:${configKey}`, ...path.slice(0, length)], true);
      if (isNode(node) && node.range) return `line ${lines.linePos(node.range[0]).line}`;
    }
    return undefined;
  };
}
