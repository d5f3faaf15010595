import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A component as its source tells of it. */
export interface ComponentDoc {
  readonly name: string;
  /** Paragraphs. */
  readonly says: readonly string[];
  /** What it costs, in its author's words. */
  readonly cost: string | undefined;
}

const component = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport class (\w+) extends [\w.]+/g;

/** The components of a folder of `infra`, in order of name: each says what it costs. */
export function componentsIn(folder: string): ComponentDoc[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => [...readFileSync(join(folder, file), "utf8").matchAll(component)])
    .map(([, comment = "", name = ""]) => ({ name, ...paragraphsOf(comment) }))
    .filter(({ cost }) => cost !== undefined)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function paragraphsOf(comment: string): Omit<ComponentDoc, "name"> {
  const paragraphs = comment
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, ""))
    .join("\n")
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/\s*\n\s*/g, " ").trim())
    .filter((paragraph) => paragraph !== "" && !paragraph.startsWith("@"));
  const cost = paragraphs.find((paragraph) => paragraph.startsWith("Cost: "));
  return { says: paragraphs.filter((paragraph) => paragraph !== cost), cost: cost?.slice("Cost: ".length) };
}
