import { afterAll, describe, expect, test } from "vitest";
import { answer, type Behaviour, fallbackRules, type Scenario, scenarios } from "./catalogue.ts";
import type { ClientWire } from "./clients.ts";
import { type Cell, scorecard } from "./scorecard.ts";
import { score } from "./scoring.ts";
import { openStand, type Pair, pairs, play, type Way } from "./stand.ts";

const ways: readonly Way[] = [
  { wire: "openai", stream: true },
  { wire: "openai", stream: false },
  { wire: "anthropic", stream: true },
  { wire: "anthropic", stream: false },
];

const cases = scenarios.flatMap((scenario) =>
  pairs.flatMap((pair) => ways.map((way) => [scenario, pair, way] as const)),
);
const wayOf = ({ wire, stream }: Way) => `${wire} client ${stream ? "streaming" : "not streaming"}`;
const nameOf = ({ id, title }: Scenario, { primary, fallback }: Pair, way: Way) =>
  `${id} ${title}: ${primary}, then ${fallback}; ${wayOf(way)}`;

describe("the fault wall", () => {
  const cells: Cell[] = [];
  afterAll(() => {
    const table = scorecard(
      cells,
      pairs.map(({ primary }) => primary),
      ways.map(wayOf),
    );
    process.stdout.write(`\nThe fault wall, after the catalogue of Failover Bench\n\n${table}\n\n`);
  });

  for (const [scenario, pair, way] of cases) {
    test.concurrent(nameOf(scenario, pair, way), async () => {
      const measured = await play(scenario, pair, way);
      const scored = score(scenario, measured);
      cells.push({
        scenario: scenario.id,
        primary: pair.primary,
        way: wayOf(way),
        verdict: scored.verdict,
        attempts: [measured.primary.length, measured.fallback.length],
      });
      expect(scored).toEqual({ verdict: "pass", why: [] });
    });
  }
});

test("the answer has sixty words and says what it is", () => {
  expect(answer.split(" ")).toHaveLength(60);
  expect(answer).toContain("rehearsal");
});

/** What a model may do with a beginning of its answer, and what the router may believe of it. */
const manners = (["continue", "ignore", "reject"] as const).flatMap((prefill) =>
  (["continue", "ignore"] as const).flatMap((resume) =>
    [true, false].map((believed) => ({ prefill, resume, believed })),
  ),
);

describe("an answer that was cut goes on, whatever the fallback does with a beginning", () => {
  for (const pair of pairs) {
    for (const { prefill, resume, believed } of manners) {
      const name = `${pair.primary}, then ${pair.fallback}: prefill ${prefill}, asked in words ${resume}, believed ${believed}`;
      test.concurrent(name, async () => {
        const fault: Behaviour = { text: answer, gapMs: 1, fault: { type: "cut", afterEvents: 40 } };
        const stand = await openStand({
          [pair.primary]: { rules: [{ kind: "chat", behaviour: fault }] },
          [pair.fallback]: { rules: fallbackRules({ prefill, resume }), config: { prefill: believed } },
        });
        try {
          const view = await stand.ask({ wire: "openai", stream: true }, pair.primary);
          expect(view).toMatchObject({ outcome: "success", text: answer, ended: true });
        } finally {
          await stand.close();
        }
      });
    }
  }
});

describe.each<ClientWire>(["openai", "anthropic"])("for a client of the wire of %s", (wire) => {
  test.concurrent.each(pairs)("a call of a tool is never half $primary's and half $fallback's", async (pair) => {
    const city = { city: "the first city of the list, wherever that may be" };
    const calls = (place: Record<string, string>): Behaviour => ({
      text: "A rehearsal.",
      toolCalls: [{ name: "find", arguments: place }],
    });
    // Inside of the arguments; Gemini says a call as a whole, and is cut after it.
    const cut = { type: "cut", afterEvents: pair.primary === "gemini" ? 3 : 5 } as const;
    const stand = await openStand({
      [pair.primary]: { rules: [{ kind: "chat", behaviour: { ...calls(city), fault: cut } }] },
      [pair.fallback]: { rules: [{ kind: "chat", behaviour: calls({ town: "another" }) }] },
    });
    try {
      const view = await stand.ask({ wire, stream: true }, pair.primary);
      if (view.outcome === "success") {
        expect([JSON.stringify(city), '{"town":"another"}']).toContain(view.toolArguments.join());
      } else {
        expect(view.error?.message).toContain("broke off");
        expect(view.ended).toBe(false);
      }
    } finally {
      await stand.close();
    }
  });
});
