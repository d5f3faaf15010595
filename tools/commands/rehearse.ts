import { Failure } from "../engine/index.ts";
import { actors, jsonTeller, moods, plainTeller, play, readCast } from "../rehearse/index.ts";
import { runCommand } from "./command.ts";

const moodLines = Object.entries(moods).map(([name, { tells }]) => `  ${name.padEnd(9)} ${tells}`);

const usage = `
npm run rehearse -- [BACKEND=MOOD ...] [--question TEXT] [--rounds N] [--json]

Starts scripted providers and a real router in front of them, asks a few streamed questions, and shows live what the
router does: each attempt, the text as it comes, where another backend went on, the circuit breakers. No model is asked
and nothing leaves this machine.

  npm run rehearse -- gemini=down claude=cut

Backends, in the order in which they are asked: ${actors.join(", ")}. Who is not named is up. Moods:
${moodLines.join("\n")}

  --question TEXT   asks this instead
  --rounds N        asks everything so often, 1 by default; breakers open and the predictive breaker learns meanwhile
  --json            a JSON object for each question, on a line of its own
  --help
`;

const questions = ["What is a circuit breaker?", "Why do streams break?", "Who answers when everybody is down?"];
const mostRounds = 1_000;

await runCommand({
  usage,
  options: {
    question: { type: "string" },
    rounds: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
  async run({ question, rounds, json }, words) {
    const cast = readCast(words);
    const write = (text: string) => void process.stdout.write(text);
    const teller = json ? jsonTeller(write) : plainTeller(write, process.stdout.isTTY && !process.env.NO_COLOR);
    if (!json) write(`Rehearsal: ${actors.map((actor) => `${actor} ${cast[actor]}`).join(", ")}\n`);
    await play({ cast, questions: question === undefined ? questions : [question], rounds: roundsOf(rounds) }, teller);
  },
});

function roundsOf(given: string): number {
  const rounds = Number(given);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > mostRounds) {
    throw new Failure(`--rounds ${given}: give a whole number from 1 to ${mostRounds}.`);
  }
  return rounds;
}
