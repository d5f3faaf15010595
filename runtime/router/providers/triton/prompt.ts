import type { ChatRequest, Message } from "../../chat/index.ts";

/** How a conversation becomes one text, by the names of the configuration. */
export type PromptTemplate = "plain" | "chatml" | "llama3";

/** What stands around a turn. */
interface Turn {
  readonly open: (role: string) => string;
  readonly close: string;
}

/**
 * The text's own beginning (`<|begin_of_text|>`) is left out: a backend's tokenizer puts it there, and twice makes
 * answers worse.
 */
const turns: Readonly<Record<Exclude<PromptTemplate, "plain">, Turn>> = {
  chatml: { open: (role) => `<|im_start|>${role}\n`, close: "<|im_end|>\n" },
  llama3: { open: (role) => `<|start_header_id|>${role}<|end_header_id|>\n\n`, close: "<|eot_id|>" },
};

/**
 * The text that the model goes on with. It ends with the beginning of the assistant's turn, or inside of it where the
 * conversation ends with a part of an answer. Thoughts of earlier turns are left out, as models' own templates do.
 *
 * `plain` joins the contents, a blank line between them, for models that know no turns: nothing in it is taken for a
 * control token here, and so nothing is changed.
 */
export function promptText({ messages }: ChatRequest, template: PromptTemplate): string {
  if (template === "plain") return messages.map(textOf).join("\n\n");
  const { open, close } = turns[template];
  const begun = messages.at(-1)?.role === "assistant";
  const written = messages.map((message) => open(message.role) + breakControlTokens(textOf(message)));
  return written.join(close) + (begun ? "" : close + open("assistant"));
}

/**
 * A control token in somebody's text would end their turn and begin another, say the system's. A space is put into each
 * (`<|im_end|>` becomes `< |im_end|>`), so that the tokenizer reads plain characters. Cutting them out would not do: what
 * is left can be one again.
 */
function breakControlTokens(text: string): string {
  return text.replace(/<(?=\|\w+\|>)/g, "< ");
}

/** A message's parts are one text before anything looks at them: a token may be spread over two. */
function textOf({ parts }: Message): string {
  return parts.map((part) => (part.type === "text" || part.type === "refusal" ? part.text : "")).join("");
}
