import {
  asMarkdown,
  type Before,
  type BudgetVerdict,
  markdownCode,
  markdownTable,
  markdownText,
} from "../../infra/cost/index.ts";
import type { Changes, Finding } from "./changes.ts";
import { drawingOf, summaryOf } from "./drawing.ts";

/** What a pull request's comment is made of. */
export interface CommentInputs {
  readonly stack: string;
  readonly changes: Changes;
  /** Absent where the configuration can't be read. */
  readonly verdict?: BudgetVerdict | undefined;
  /** The base branch's. */
  readonly before?: Before | undefined;
  /** Why the preview ended early. */
  readonly failure?: string | undefined;
}

/** GitHub and GitLab cut a comment off far above this. */
const mostText = 60_000;
const mostListed = 50;

/**
 * A pull request's comment: what would change, what it costs before and after, what the policies found, and a drawing.
 * Its first line is the same in every run, so that a job can find and replace the comment of the last one.
 */
export function commentOf({ stack, changes, verdict, before, failure }: CommentInputs): string {
  const blocked = changes.findings.some(({ mandatory }) => mandatory);
  const outcome = failure !== undefined || blocked ? "❌ refused" : "✅ passes";
  const parts = [
    `<!-- hybrid-llm preview ${stack} -->`,
    `## Preview of \`${stack}\`: ${outcome}`,
    `**Plan:** ${summaryOf(changes.changes)} of ${changes.changes.length + changes.unchanged} resources`,
    ...(failure === undefined ? [] : [told(failure, changes.errors)]),
    ...(verdict === undefined ? [] : [asMarkdown(verdict, before).trimEnd()]),
    policiesOf(changes.findings),
    ...(changes.changes.length === 0 ? [] : [drawn(stack, changes)]),
  ];
  const text = `${parts.join("\n\n")}\n`;
  return text.length <= mostText ? text : `${text.slice(0, mostText)}\n\n… the rest is in the job's log.\n`;
}

function told(failure: string, errors: readonly string[]): string {
  const lines = (errors.length > 0 ? errors : [failure]).join("\n").replaceAll("```", "'''");
  return `### Why it ended\n\n\`\`\`text\n${lines.slice(0, 8_000)}\n\`\`\``;
}

function policiesOf(findings: readonly Finding[]): string {
  if (findings.length === 0) return "### Policies: nothing found";
  const sorted = [...findings].sort((a, b) => Number(b.mandatory) - Number(a.mandatory));
  const rows = sorted
    .slice(0, mostListed)
    .map(({ policy, mandatory, resource, message }) => [
      mandatory ? "**refused**" : "advice",
      markdownCode(policy),
      markdownCode(resource),
      markdownText(aboutIt(message)).slice(0, 400),
    ]);
  const more = sorted.length - rows.length;
  const refused = findings.filter(({ mandatory }) => mandatory).length;
  return [
    `### Policies: ${refused} refused, ${findings.length - refused} advised`,
    "",
    ...markdownTable(["", "policy", "resource", "what"], rows),
    ...(more > 0 ? [`${more} more are in the job's log.`] : []),
  ]
    .join("\n")
    .trimEnd();
}

const drawn = (stack: string, { changes }: Changes): string =>
  `<details><summary>What changes, by component</summary>\n\n\`\`\`mermaid\n${drawingOf(stack, changes)}\`\`\`\n\n</details>`;

/** Of a policy's words, those about this resource: its reason stands on the line before. */
const aboutIt = (text: string): string => text.split("\n").slice(0, 2).at(-1) ?? text;
