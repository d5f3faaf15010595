import { type Tensor, writeGguf } from "./gguf.ts";

/**
 * A model file for tests: it says one sentence, whatever it is asked, or calls one tool. It is a Llama whose attention
 * and feed-forward layers add nothing, so that the next token depends on the last one alone: a token's embedding is a
 * unit vector of its own, and the output matrix holds a large weight from each token to its successor. About 1 MB.
 */
export const tinyModelName = "one-sentence";

/** What it says; begun in the prompt, it is continued. */
export const tinySentence = "This tiny test model knows only one sentence, and it ends here.";
/** The call that it makes when it is given tools. */
export const tinyToolCall = { name: "look_up", arguments: { word: "tiny" } } as const;

/**
 * ChatML; an answer that has been begun is left open. The token <|call|> starts the call of a tool. Ollama looks for an
 * `if .ToolCalls` to learn how a model writes its calls.
 */
export const tinyModelfile = `FROM ./model.gguf
TEMPLATE """{{- range $i, $message := .Messages }}
{{- $last := eq (len (slice $.Messages $i)) 1 -}}
<|im_start|>{{ .Role }}
{{ .Content }}
{{- if .ToolCalls }}{{ range .ToolCalls }}<tool_call>{"name": "{{ .Function.Name }}", "arguments": {{ .Function.Arguments }}}</tool_call>{{ end }}{{ end }}
{{- if not (and $last (eq .Role "assistant")) }}<|im_end|>
{{ end }}
{{- if and $last (ne .Role "assistant") }}<|im_start|>assistant
{{ if and $.Tools (ne .Role "tool") }}<|call|>{{ end }}
{{- end }}
{{- end }}"""
PARAMETER stop <|im_end|>
PARAMETER num_ctx 1024
PARAMETER temperature 0
PARAMETER num_thread 1
`;

const sentenceTokens = tinySentence.match(/ ?[A-Za-z]+|[,.]/g) ?? [];
const callTokens = [
  "<tool_call>",
  `{"name": "${tinyToolCall.name}", "arguments": `,
  JSON.stringify(tinyToolCall.arguments),
  "}</tool_call>",
];
const control = { begin: "<|begin|>", end: "<|end|>", turn: "<|im_start|>", turnEnd: "<|im_end|>", call: "<|call|>" };

const headDimension = 32;
const feedForward = 32;
const context = 2048;
/** With it a successor's logit is about 40 above all others'. */
const weight = 2;
const tokenTypes = { normal: 1, control: 3 } as const;

/** The file's bytes: the same at each call. */
export function tinyModel(): Buffer {
  const { tokens, merges } = vocabulary();
  const controls = new Set<string>(Object.values(control));
  const dimension = Math.ceil(tokens.length / 32) * 32;
  const u32 = (value: number) => ({ type: "uint32", value }) as const;
  return writeGguf(
    {
      "general.architecture": { type: "string", value: "llama" },
      "general.name": { type: "string", value: tinyModelName },
      "general.file_type": u32(0),
      "llama.context_length": u32(context),
      "llama.embedding_length": u32(dimension),
      "llama.block_count": u32(1),
      "llama.feed_forward_length": u32(feedForward),
      "llama.attention.head_count": u32(1),
      "llama.attention.head_count_kv": u32(1),
      "llama.attention.key_length": u32(headDimension),
      "llama.attention.value_length": u32(headDimension),
      "llama.attention.layer_norm_rms_epsilon": { type: "float32", value: 1e-5 },
      "llama.rope.dimension_count": u32(headDimension),
      "llama.vocab_size": u32(tokens.length),
      "tokenizer.ggml.model": { type: "string", value: "gpt2" },
      "tokenizer.ggml.pre": { type: "string", value: "llama-bpe" },
      "tokenizer.ggml.tokens": { type: "strings", value: tokens },
      "tokenizer.ggml.token_type": {
        type: "int32s",
        value: tokens.map((token) => (controls.has(token) ? tokenTypes.control : tokenTypes.normal)),
      },
      "tokenizer.ggml.merges": { type: "strings", value: merges },
      "tokenizer.ggml.bos_token_id": u32(tokens.indexOf(control.begin)),
      "tokenizer.ggml.eos_token_id": u32(tokens.indexOf(control.end)),
      "tokenizer.ggml.add_bos_token": { type: "bool", value: true },
      "tokenizer.ggml.add_eos_token": { type: "bool", value: false },
    },
    tensorsOf(tokens, dimension),
  );
}

function tensorsOf(tokens: readonly string[], dimension: number): Tensor[] {
  const embedding = new Float32Array(tokens.length * dimension);
  const output = new Float32Array(tokens.length * dimension);
  for (const [index, successor] of successors(tokens).entries()) {
    embedding[index * dimension + index] = 1;
    output[successor * dimension + index] = weight;
  }
  const zeros = (name: string, columns: number, rows: number): Tensor => ({
    name: `blk.0.${name}.weight`,
    shape: [columns, rows],
    values: new Float32Array(columns * rows),
  });
  const ones = (name: string): Tensor => ({ name, shape: [dimension], values: new Float32Array(dimension).fill(1) });
  return [
    { name: "token_embd.weight", shape: [dimension, tokens.length], values: embedding },
    ones("blk.0.attn_norm.weight"),
    zeros("attn_q", dimension, headDimension),
    zeros("attn_k", dimension, headDimension),
    zeros("attn_v", dimension, headDimension),
    zeros("attn_output", headDimension, dimension),
    ones("blk.0.ffn_norm.weight"),
    zeros("ffn_gate", dimension, feedForward),
    zeros("ffn_up", dimension, feedForward),
    zeros("ffn_down", feedForward, dimension),
    ones("output_norm.weight"),
    { name: "output.weight", shape: [dimension, tokens.length], values: output },
  ];
}

/** The index of the token that follows each: along the sentence or the call, else the sentence's first. */
function successors(tokens: readonly string[]): number[] {
  const index = (text: string) => tokens.indexOf(encoded(text));
  const follow = new Map<number, number>();
  for (const chain of [sentenceTokens, [control.call, ...callTokens]]) {
    for (const [at, token] of chain.entries()) follow.set(index(token), index(chain[at + 1] ?? control.end));
  }
  const first = index(sentenceTokens[0] ?? control.end);
  return tokens.map((_, at) => follow.get(at) ?? first);
}

/**
 * A byte-level BPE: 256 bytes, the sentence's words and all of their beginnings, the parts of the call, and control
 * tokens. Words are merged from the left, so that a prompt's words become the tokens that the model says.
 */
function vocabulary(): { tokens: string[]; merges: string[] } {
  const tokens = Array.from({ length: 256 }, (_, byte) => visible(byte));
  const merges: string[] = [];
  for (const word of sentenceTokens.map(encoded)) {
    for (let end = 1; end < word.length; end++) {
      const longer = word.slice(0, end + 1);
      if (tokens.includes(longer)) continue;
      tokens.push(longer);
      merges.push(`${word.slice(0, end)} ${word[end]}`);
    }
  }
  tokens.push(...callTokens.map(encoded), ...Object.values(control));
  return { tokens, merges };
}

/** A text in the alphabet of byte-level tokenizers. */
const encoded = (text: string): string => [...Buffer.from(text)].map(visible).join("");

/** GPT-2's alphabet: a printable byte is itself, each other one the next character from U+0100 on. */
function visible(byte: number): string {
  return isPrintable(byte) ? String.fromCharCode(byte) : String.fromCharCode(256 + hiddenBefore(byte));
}

function hiddenBefore(byte: number): number {
  let count = 0;
  for (let other = 0; other < byte; other++) if (!isPrintable(other)) count++;
  return count;
}

const isPrintable = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
