import type { House } from "./house.ts";

export interface Answer {
  readonly status: number;
  /** Those of the router: who answered, after how many attempts, and why. */
  readonly headers: Readonly<Record<string, string>>;
  /** What the stream's last comment says: who answered in the end. */
  readonly final: unknown;
  readonly error: string | undefined;
}

interface Chunk {
  readonly choices?: readonly { readonly delta?: { readonly content?: string } }[];
  readonly error?: { readonly message: string };
}

/** Asks one streamed question, as any client of the OpenAI wire would. */
export async function ask(house: House, question: string, onText: (text: string) => void): Promise<Answer> {
  const response = await fetch(`${house.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${house.key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "auto", stream: true, messages: [{ role: "user", content: question }] }),
  });
  const headers = Object.fromEntries([...response.headers].filter(([name]) => name.startsWith("x-router-")));
  const { status } = response;
  if (status !== 200) {
    return { status, headers, final: undefined, error: ((await response.json()) as Chunk).error?.message };
  }
  let final: unknown;
  let error: string | undefined;
  for await (const line of linesOf(response)) {
    if (line.startsWith(": router ")) final = JSON.parse(line.slice(9));
    if (!line.startsWith("data: ") || line === "data: [DONE]") continue;
    const chunk = JSON.parse(line.slice(6)) as Chunk;
    if (chunk.error) error = chunk.error.message;
    const text = chunk.choices?.[0]?.delta?.content ?? "";
    if (text !== "") onText(text);
  }
  return { status, headers, final, error };
}

/** The state of each backend's circuit breaker. */
export async function breakersOf(house: House): Promise<Record<string, string>> {
  const response = await fetch(`${house.url}/health`);
  const { backends } = (await response.json()) as { backends: Record<string, { status: string; breaker: string }> };
  const used = Object.entries(backends).filter(([, { status }]) => status !== "disabled");
  return Object.fromEntries(used.map(([name, { breaker }]) => [name, breaker]));
}

async function* linesOf(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of response.body ?? []) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
