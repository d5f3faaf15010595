import { nearestName } from "../../runtime/config/index.ts";
import type { RehearsalScriptInput } from "../../runtime/rehearsal/index.ts";
import { Failure } from "../engine/index.ts";

/** The backends of the rehearsal, in the order in which the router asks them. */
export const actors = ["gemini", "claude", "openai", "local"] as const;
export type Actor = (typeof actors)[number];

type Behaviour = NonNullable<NonNullable<RehearsalScriptInput["rules"]>[number]["behaviour"]>;

/** So many words are said before something happens in the middle. */
const before = 6;
/** All of them say the same, so that one sees where one goes on for another. */
const text =
  "This is a rehearsal and no model was asked: four scripted providers stand behind one real router, and whichever of " +
  "them fails, this sentence reaches its end.";
/** Time between two words, so that one can watch; milliseconds. */
const gapMs = 20;

/** How a provider feels, and how it then behaves. */
export const moods = {
  up: { tells: "answers", behaviour: {} },
  down: { tells: "503, always", behaviour: { fault: { type: "status", status: 503 } } },
  reset: { tells: "resets every connection", behaviour: { fault: { type: "reset" } } },
  slow: { tells: "first token after 900 ms", behaviour: { firstTokenMs: 900 } },
  stall: { tells: "falls silent in mid-stream", behaviour: { fault: { type: "stall", afterEvents: before } } },
  cut: { tells: "breaks off in mid-stream", behaviour: { fault: { type: "cut", afterEvents: before } } },
  garbage: {
    tells: "sends what is not JSON in mid-stream",
    behaviour: { fault: { type: "malformed", afterEvents: before } },
  },
  limited: {
    tells: "429 with Retry-After: 30",
    behaviour: { fault: { type: "status", status: 429, retryAfter: "30" } },
  },
  refuse: { tells: "its content filter refuses", behaviour: { fault: { type: "content-filter" } } },
  full: { tells: "the prompt is too long for it", behaviour: { fault: { type: "context-length" } } },
} as const satisfies Record<string, { tells: string; behaviour: Behaviour }>;
export type Mood = keyof typeof moods;

export type Cast = Readonly<Record<Actor, Mood>>;

/**
 * Reads `gemini=down claude=slow`; who is not named is up.
 *
 * @throws Failure that names the nearest name
 */
export function readCast(words: readonly string[]): Cast {
  const cast: Record<Actor, Mood> = { gemini: "up", claude: "up", openai: "up", local: "up" };
  const named = new Set<string>();
  for (const word of words) {
    const [name = "", mood] = word.split("=", 2);
    const actor = known("backend", name, actors);
    if (mood === undefined) throw new Failure(`${word}: how is ${actor}?`, [`write ${actor}=MOOD, e.g. ${actor}=down`]);
    if (named.has(actor)) throw new Failure(`${actor} is given twice.`);
    named.add(actor);
    cast[actor] = known("mood", mood, Object.keys(moods) as Mood[]);
  }
  return cast;
}

export function scriptOf(mood: Mood): RehearsalScriptInput {
  return {
    rules: [{ kind: "chat", behaviour: { text, gapMs, resume: "continue", ...moods[mood].behaviour } }],
  };
}

function known<Name extends string>(what: string, given: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === given);
  if (found) return found;
  const nearest = nearestName(given, names);
  const hint = nearest ? [`did you mean ${nearest}?`] : [];
  throw new Failure(`There is no ${what} ${JSON.stringify(given)}.`, [...hint, `known: ${names.join(", ")}`]);
}
