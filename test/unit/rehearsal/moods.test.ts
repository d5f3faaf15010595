import { expect, test } from "vitest";
import { RehearsalScript } from "../../../runtime/rehearsal/index.ts";
import { type Mood, moods, readCast, scriptOf } from "../../../tools/rehearse/moods.ts";

test("who is not named is up", () => {
  expect(readCast(["gemini=down", "local=cut"])).toEqual({ gemini: "down", claude: "up", openai: "up", local: "cut" });
  expect(readCast([])).toEqual({ gemini: "up", claude: "up", openai: "up", local: "up" });
});

test.each([
  ["gemni=down", "did you mean gemini?"],
  ["gemini=dwon", "did you mean down?"],
  ["gemini=xxxxxxxxx", "known: up, down, reset"],
  ["gemini", "gemini=MOOD"],
])("%s is told with what is known", (word, told) => {
  expect(() => readCast([word])).toThrow(told);
});

test("a backend that is given twice is refused", () => {
  expect(() => readCast(["gemini=down", "gemini=up"])).toThrow("gemini is given twice");
});

test.each(Object.keys(moods) as Mood[])("the mood %s is a script", (mood) => {
  expect(RehearsalScript.safeParse(scriptOf(mood)).success).toBe(true);
});
