import fc from "fast-check";
import { expect, test } from "vitest";
import { type EstimatedRequest, estimate, features } from "../../../runtime/router/arbitrage/index.ts";
import type { Message, UserPart } from "../../../runtime/router/chat/index.ts";

const tiers = ["small", "medium", "large"];
const image: UserPart = { type: "image", source: { kind: "url", url: "https://example.org/a.png" } };
const tool = { name: "search" };

function ask(text: string, more: Partial<EstimatedRequest> = {}): EstimatedRequest {
  return { messages: [user(text)], tools: [], ...more };
}

function user(text: string, ...parts: UserPart[]): Message {
  return { role: "user", parts: [...parts, { type: "text", text }] };
}

const tierOf = (request: EstimatedRequest) => estimate("estimator", request).tier;
const scoreOf = (request: EstimatedRequest) => estimate("estimator", request).score ?? Number.NaN;

/** Texts with words that mean something to the estimator, in any order, between others that don't. */
const prose = fc
  .array(
    fc.oneof(
      fc.constantFrom("prove", "why", "hello", "thanks", "contract", "summarise", "translate", "in one word", "design"),
      fc.constantFrom(". ", "? ", ", ", "\n\n", "\n- ", ' "', " = ", "证明", "спасибо", "ß"),
      fc.string({ maxLength: 12 }).map((text) => text.replaceAll("`", "")),
    ),
    { maxLength: 60 },
  )
  .map((words) => words.join(" "));

test.each([
  ["Thanks, see you tomorrow!", "small"],
  ["What is the capital of Peru?", "small"],
  ["Fix the typos: I recieved you're leter on wensday.", "small"],
  ["Explain the difference between a mutex and a semaphore, with an example in Python for each.", "medium"],
  ["Prove that there are infinitely many prime numbers.", "large"],
  ["Beweise, dass die Wurzel aus 7 irrational ist.", "large"],
  ["Design a distributed lock service that survives the loss of a region, and justify the trade-offs.", "large"],
])("%s is %s", (text, tier) => {
  expect(tierOf(ask(text))).toBe(tier);
});

test("a long text with a light task stays small, a short one with a hard task is large", () => {
  const letter = "We met at the station and took the last train home, and it rained all the way. ".repeat(12);
  expect(tierOf(ask(`Please correct the spelling, nothing else:\n\n${letter}`))).toBe("small");
  expect(tierOf(ask("Prove Fermat's little theorem."))).toBe("large");
});

test("any text has an estimate, whose reason is short ASCII made of known words", () => {
  const reasons = new Set<string>(Object.values(features).map(({ reason }) => reason));
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary", maxLength: 400 }), prose), (text) => {
      const { tier, score, why } = estimate("estimator", ask(text));
      const [, said, shown, because] = /^auto: estimator (\d\.\d\d) -> (\w+) \(([a-z ,]+)\)$/.exec(why) ?? [];
      expect(tiers).toContain(tier);
      expect([said, shown]).toEqual([score?.toFixed(2), tier]);
      for (const reason of because?.split(", ") ?? []) expect([...reasons, "nothing hard"]).toContain(reason);
      expect(why.length).toBeLessThan(100);
    }),
  );
});

test("lone surrogates and control characters are taken as they are", () => {
  expect(tiers).toContain(tierOf(ask("\ud800\udfff\u0000\uffff```\u2028«")));
});

test("a code block added to a prompt never makes it easier", () => {
  const code = fc.string({ maxLength: 300 }).map((text) => text.replaceAll("`", ""));
  fc.assert(
    fc.property(prose, code, (text, block) => {
      const before = scoreOf(ask(text));
      expect(scoreOf(ask(`${text}\n\n\`\`\`\n${block}\n\`\`\``))).toBeGreaterThanOrEqual(before);
    }),
  );
});

/** The same length and punctuation without a word that means anything. */
function mute(text: string): string {
  return text.replaceAll(/[a-z]/g, "x");
}

const demands = "prove it, derive it, show that it holds, find the root cause and design a better one";

test("what code says in words isn't what is asked", () => {
  const prompt = (code: string) => ask(`Rename the variable in \`\`\`\n// ${code}\n\`\`\` to total.`);
  expect(scoreOf(prompt(demands))).toBe(scoreOf(prompt(mute(demands))));
});

test("what a long quotation or a pasted paragraph asks for isn't what is asked", () => {
  for (const prompt of [
    (text: string) => ask(`Put this into capitals: "${text}"`),
    (text: string) => ask(`Put this into capitals, please.\n\n${text}`),
    (text: string) => ask(`Hello,\n\nput this into capitals, please:\n${text}`),
  ])
    expect(scoreOf(prompt(demands))).toBe(scoreOf(prompt(mute(demands))));
  expect(scoreOf(ask(`Please ${demands}`))).toBeGreaterThan(scoreOf(ask(`Please ${mute(demands)}`)));
});

test("a last short paragraph after pasted text is asked again", () => {
  const pasted = "lorem ipsum dolor sit amet ".repeat(20);
  const prompt = (text: string) => ask(`This is our code.\n\n${pasted}\n\n${text}`);
  expect(scoreOf(prompt(demands))).toBeGreaterThan(scoreOf(prompt(mute(demands))));
});

test("tools, an image, a required schema or reasoning never make a prompt easier", () => {
  fc.assert(
    fc.property(prose, (text) => {
      const plain = tiers.indexOf(tierOf(ask(text)));
      const harder: EstimatedRequest[] = [
        ask(text, { tools: [tool] }),
        ask(text, { messages: [user(text, image)] }),
        ask(text, { format: { type: "json" } }),
        ask(text, { reasoning: { effort: "high" } }),
      ];
      for (const request of harder) expect(tiers.indexOf(tierOf(request))).toBeGreaterThanOrEqual(plain);
    }),
  );
});

test.each([
  ["tools", ask("Hi!", { tools: [tool] })],
  ["image or document", ask("", { messages: [user("Hi!", image)] })],
  ["reasoning", ask("Hi!", { reasoning: { effort: "high" } })],
  ["long context", ask("", { messages: [user("word ".repeat(6_000)), user("Hi!")] })],
] as const)("what the small tier can't do is medium at least: %s", (reason, request) => {
  expect(estimate("estimator", request)).toMatchObject({
    tier: "medium",
    why: expect.stringMatching(`-> medium \\(${reason}\\)`),
  });
});

test("reasoning that is switched off asks for nothing", () => {
  expect(tierOf(ask("Hi!", { reasoning: { enabled: false } }))).toBe("small");
  expect(tierOf(ask("Hi!", { reasoning: { effort: "minimal" } }))).toBe("small");
});

test("a short follow-up asks for more of the same, a thank-you doesn't", () => {
  const answer: Message = { role: "assistant", parts: [{ type: "text", text: "Group the terms by powers of two." }] };
  const after = (first: string, text: string) => scoreOf(ask("", { messages: [user(first), answer, user(text)] }));
  const hard = "Prove that the harmonic series diverges, and derive how fast.";
  expect(after(hard, "now without grouping")).toBeGreaterThan(after(mute(hard), "now without grouping"));
  expect(after(hard, "Thanks, great!")).toBeLessThan(after(hard, "now without grouping"));
  const long = `Now something else. ${"lorem ipsum ".repeat(20)}`;
  expect(after(hard, long)).toBe(after(mute(hard), long));
});

test("the middle of a huge prompt isn't read, its beginning and its end are", () => {
  const filler = "lorem ipsum ".repeat(420_000);
  const huge = (start: string, middle: string, end: string) => ask(start + filler + middle + filler + end);
  const plain = estimate("estimator", huge("aaaaa ", "bbbbb", " ccccc"));
  expect(estimate("estimator", huge("aaaaa ", "prove", " ccccc"))).toEqual(plain);
  expect(estimate("estimator", huge("prove ", "bbbbb", " ccccc")).score).toBeGreaterThan(plain.score ?? 1);
  expect(tiers).toContain(plain.tier);
});

test("a message of very many parts is read like one of few", () => {
  const parts = Array.from({ length: 50_000 }, () => ({ type: "text" as const, text: "word " }));
  expect(tiers).toContain(tierOf(ask("", { messages: [{ role: "user", parts }] })));
});

test("without a user message there is nothing hard", () => {
  expect(estimate("estimator", { messages: [], tools: [] })).toMatchObject({ tier: "small" });
});
