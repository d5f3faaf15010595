import { expect, test } from "vitest";
import { type Cast, jsonTeller, type Play, plainTeller, play } from "../../tools/rehearse/index.ts";

const wellCast: Cast = { gemini: "up", claude: "up", openai: "up", local: "up" };
const one = (cast: Partial<Cast>): Play => ({ cast: { ...wellCast, ...cast }, questions: ["Who answers?"], rounds: 1 });

interface Told {
  readonly attempts: readonly { readonly backend: string; readonly outcome: string }[];
  readonly text: string;
  readonly seams: readonly { readonly at: number; readonly from: string; readonly to: string }[];
  readonly status: number;
  readonly error?: string;
  readonly final?: { readonly backend: string };
  readonly breakers: Readonly<Record<string, string>>;
}

async function told(asked: Play): Promise<Told> {
  let output = "";
  await play(
    asked,
    jsonTeller((text) => {
      output += text;
    }),
  );
  return JSON.parse(output) as Told;
}

test("it tells each attempt, where another backend went on, and the breakers", async () => {
  const whole = await told(one({}));
  const broken = await told(one({ gemini: "down", claude: "cut" }));
  expect(broken.attempts.map(({ backend, outcome }) => `${backend} ${outcome}`)).toEqual([
    "gemini 503",
    "gemini 503",
    "gemini 503",
    "claude cut after 6",
    "openai answer",
  ]);
  expect(broken.seams).toEqual([{ at: expect.any(Number), from: "claude", to: "openai" }]);
  expect(broken.text).toBe(whole.text);
  expect(broken.text.slice(0, broken.seams[0]?.at).trimEnd()).toBe(whole.text.split(" ").slice(0, 6).join(" "));
  expect(broken.final).toMatchObject({ backend: "openai" });
  expect(broken.breakers).toEqual({ gemini: "open", claude: "closed", openai: "closed", local: "closed" });
});

test("when everybody is down it tells the router's error", async () => {
  const down = await told(one({ gemini: "down", claude: "reset", openai: "down", local: "limited" }));
  expect(down).toMatchObject({ status: 503, text: "", seams: [], error: expect.stringContaining("All Clouds Down") });
});

test("without a terminal it writes plain lines", async () => {
  let output = "";
  const write = (text: string) => {
    output += text;
  };
  await play(one({ gemini: "garbage" }), plainTeller(write, false));
  expect(output).not.toContain("\u001b");
  expect(output).toMatch(/ms {2}gemini\/\S+ +malformed after 6\n/);
  expect(output).toContain("-- gemini broke off, claude goes on --");
  expect(output).toContain("x-router-backend: gemini");
  expect(output).toContain("breakers: gemini closed");
});
