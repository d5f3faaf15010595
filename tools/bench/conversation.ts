/** How a client wants its answer. */
export type Kind = "json" | "sse";

/** Tokens of an answer, unless a benchmark says otherwise. */
export const answerTokens = 32;
const jsonBytes = 968;
const promptBytes = 1024;
const id = "chatcmpl-bench";
const created = 1_763_856_000;
const model = "fake-model";
const phrase = ["The", " router", " sends", " each", " question", " to", " one", " of", " its", " models", "."];

const token = (index: number): string => phrase[index % phrase.length] ?? "";
const usage = (tokens: number): object => ({
  prompt_tokens: 230,
  completion_tokens: tokens,
  total_tokens: 230 + tokens,
  prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
});

/** The whole text of an answer, by which a system under test is checked. */
export function answerText(tokens: number): string {
  return Array.from({ length: tokens }, (_, index) => token(index)).join("");
}

/** What every client asks: a prompt of 1 KiB, and for a stream its usage, so that all systems send the same events. */
export function questionBody(kind: Kind, model: string): string {
  const prompt = "How does a router choose? ".repeat(promptBytes).slice(0, promptBytes);
  return JSON.stringify({
    model,
    messages: [{ role: "user", content: prompt }],
    ...(kind === "sse" ? { stream: true, stream_options: { include_usage: true } } : {}),
  });
}

/** A JSON answer as OpenAI writes it, of 968 bytes with 32 tokens: its id fills it up. */
export function jsonAnswer(tokens: number): string {
  const answer = (id: string) =>
    JSON.stringify({
      id,
      object: "chat.completion",
      created,
      model,
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: answerText(tokens), refusal: null, annotations: [] },
          logprobs: null,
          finish_reason: "stop",
        },
      ],
      usage: usage(tokens),
      service_tier: "default",
      system_fingerprint: "fp_bench",
    });
  return answer(id.padEnd(id.length + jsonBytes - answer(id).length, "0"));
}

/** The events of a streamed answer as OpenAI writes them: the tokens, the finish, the usage where asked for, the end. */
export function sseAnswer(tokens: number, withUsage: boolean): string[] {
  const event = (choices: object[], used: object | null) => {
    const chunk = { id, object: "chat.completion.chunk", created, model, service_tier: "default" };
    return `data: ${JSON.stringify({ ...chunk, system_fingerprint: "fp_bench", choices, ...(withUsage ? { usage: used } : {}) })}\n\n`;
  };
  const choice = (delta: object, finish: string | null) => ({ index: 0, delta, logprobs: null, finish_reason: finish });
  return [
    ...Array.from({ length: tokens }, (_, index) => {
      const role = index === 0 ? { role: "assistant" } : {};
      return event([choice({ ...role, content: token(index) }, null)], null);
    }),
    event([choice({}, "stop")], null),
    ...(withUsage ? [event([], usage(tokens))] : []),
    "data: [DONE]\n\n",
  ];
}
