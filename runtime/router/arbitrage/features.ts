import { type EstimatedRequest, type Prompt, readPrompt } from "./prompt.ts";
import { type Counts, scan } from "./scan.ts";
import { type Category, categories } from "./vocabulary.ts";

type Count = (counts: Counts, prompt: Prompt, request: EstimatedRequest) => number;

interface Feature {
  /** Which way it may move the score, 0 for either; the fit keeps to it, so that code never makes a prompt easier. */
  readonly sign: 1 | -1 | 0;
  /** What it is called in `x-router-reason`: coarse on purpose, because a header must not tell what a prompt is about. */
  readonly reason: string;
  /** What is counted; the feature grows with its logarithm. */
  readonly count: Count;
}

const harder = (reason: string, count: Count): Feature => ({ sign: 1, reason, count });
const easier = (reason: string, count: Count): Feature => ({ sign: -1, reason, count });
const either = (reason: string, count: Count): Feature => ({ sign: 0, reason, count });

function words(category: Category): Count {
  const at = categories.indexOf(category);
  return (counts) => counts.words[at] ?? 0;
}

/** What may make a prompt harder or easier. */
export const features = {
  talk: easier("small talk", words("talk")),
  lookup: easier("plain question", words("lookup")),
  tidy: easier("light editing", words("tidy")),
  brief: easier("short answer", words("brief")),
  translate: either("translation", words("translate")),
  far: harder("language", words("far")),
  summarise: either("summary", words("summarise")),
  extract: either("extraction", words("extract")),
  grade: either("grading", words("grade")),
  explain: either("explanation", words("explain")),
  build: either("programming", words("build")),
  produce: either("long text", words("produce")),
  structure: either("structure", words("structure")),
  limits: harder("conditions", words("limits")),
  verse: harder("verse", words("verse")),
  proof: harder("proof", words("proof")),
  puzzle: harder("puzzle", words("puzzle")),
  cause: harder("unknown cause", words("cause")),
  design: harder("design", words("design")),
  weigh: harder("comparison", words("weigh")),
  expert: harder("expert field", words("expert")),
  systems: harder("systems", words("systems")),
  exact: harder("mathematics", words("exact")),
  trade: either("trade knowledge", words("trade")),
  length: harder("length", ({ instruction }) => instruction / 40),
  material: harder("given text", ({ material }) => material / 200),
  code: harder("code", ({ code }) => code),
  formula: harder("formulas", ({ formula }) => formula),
  numbers: harder("numbers", ({ numbers }) => numbers),
  questions: harder("questions", ({ questions }) => questions),
  items: harder("list", ({ items }) => items),
  clauses: harder("several instructions", ({ clauses }) => clauses),
  script: harder("language", ({ script }) => script / 40),
  schema: harder("structure", (_, __, { format }) => (format ? 1 : 0)),
  turns: harder("conversation", (_, { turns }) => turns),
  system: harder("system prompt", (_, { system }) => system.length / 100),
} as const satisfies Record<string, Feature>;

export type FeatureName = keyof typeof features;
export const featureNames = Object.keys(features) as readonly FeatureName[];

/**
 * The features of a request, in the order of `featureNames`; each is 0 where nothing speaks for it. Takes time in
 * proportion to the excerpt that `readPrompt` makes, whatever the request's size.
 */
export function featuresOf(request: EstimatedRequest, prompt: Prompt = readPrompt(request)): number[] {
  const counts = scan(prompt);
  return featureNames.map((name) => grow(features[name].count(counts, prompt, request)));
}

/** Twice as much is one step more; from 31 on more changes nothing. */
function grow(count: number): number {
  return count === 0 ? 0 : Math.min(5, Math.log2(1 + count));
}
