import type { BackendName } from "../../../config/index.ts";
import { isObject } from "../../json.ts";

/**
 * Why bytes: the tokenizers of these providers are byte-level BPEs or SentencePieces with byte fallback, as far as they are
 * published. Their tokens stand for one byte of text at least, so text has no more tokens than UTF-8 bytes, and JSON has
 * no fewer bytes than the text within it. Real text has three to five bytes a token: the bound is about four times too
 * high. That costs nothing, because a reservation lives for as long as the answer and is then settled by what was used;
 * it only means that a budget that is nearly spent refuses a little early. A tokenizer would take longer than everything
 * else that the router does for a request, and is not published for the models that matter.
 *
 * What is not proven: Anthropic has published the tokenizer of Claude 2 only. It normalises first (NFKC), and 252
 * characters, all of them rare ligatures and symbols, then have more tokens than bytes, up to five times as many. If
 * today's does too, text of nothing else costs more than was reserved; it is still counted in full when it is settled.
 */
export interface InputSize {
  /** Of the request's JSON, UTF-8. */
  readonly bytes: number;
  /** What was parsed from it. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Tokens of a part whose size says nothing about them, see `budgets.fileTokens`. */
  readonly fileTokens: number;
}

/** What a provider adds to every request, and to those with tools (Anthropic documents up to 804). Tokens. */
const frame = 64;
const toolFrame = 1_024;

/**
 * The most tokens of one picture, by the providers' documentation of their largest scale. OpenAI: 2,833 and 5,667 for
 * each of 8 tiles (gpt-4o-mini); Anthropic: 4,784 (since Opus 4.7); Google: 258 for each tile of 768 pixels, so that
 * models before Gemini 3 have no maximum but that of the picture's size.
 */
const pictureTokens: Partial<Record<BackendName, number>> = { openai: 48_169, claude: 4_784, gemini: 65_536 };

/** Base64 characters of recorded speech for each token: 32 tokens a second at no less than 3 kbit a second. */
const charactersPerAudioToken = 12;

/** Parts of a message that are text, in both wires: their bytes are their bound. */
const textual = new Set([
  "text",
  "refusal",
  "thinking",
  "redacted_thinking",
  "reasoning",
  "tool_use",
  "tool_result",
  "input_text",
  "output_text",
  "search_result",
]);

export interface InputBound {
  readonly tokens: number;
  /** Some of them can be sound. */
  readonly audio: boolean;
  /** Some of them can be written to a provider's cache because the client asks for it. */
  readonly cacheWrites: boolean;
}

/**
 * An upper bound of a chat's input. It takes time by the number of messages and parts, never by their length.
 */
export function inputBound(backend: BackendName, { bytes, body, fileTokens }: InputSize): InputBound {
  const found = { mediaBytes: 0, mediaTokens: 0, audio: false, cacheWrites: "cache_control" in body };
  const picture = pictureTokens[backend] ?? fileTokens;

  const walk = (parts: unknown): void => {
    if (!Array.isArray(parts)) return;
    for (const part of parts) if (isObject(part)) visit(part);
  };
  const visit = (part: Readonly<Record<string, unknown>>): void => {
    if ("cache_control" in part) found.cacheWrites = true;
    const { type } = part;
    if (isObject(part.audio)) {
      // An earlier answer's sound, by its id.
      found.audio = true;
      found.mediaTokens += fileTokens;
    }
    if (type === undefined || (typeof type === "string" && textual.has(type))) {
      walk(part.content);
      return;
    }
    const inline = lengthWithin(part);
    found.mediaBytes += inline;
    if (type === "image_url" || type === "image") found.mediaTokens += picture;
    else if (type === "input_audio") {
      found.audio = true;
      found.mediaTokens += Math.ceil(inline / charactersPerAudioToken);
    } else found.mediaTokens += isTextDocument(part) ? inline : fileTokens;
  };

  walk(body.messages);
  walk(body.system);
  const tools = Array.isArray(body.tools) ? body.tools : [];
  found.cacheWrites ||= tools.some((tool) => isObject(tool) && "cache_control" in tool);
  const text = Math.max(0, bytes - found.mediaBytes) + frame + (tools.length > 0 ? toolFrame : 0);
  return { tokens: text + found.mediaTokens, audio: found.audio, cacheWrites: found.cacheWrites };
}

/** Characters of base64, of which each is a byte of the body, within a part of either wire. */
function lengthWithin(part: Readonly<Record<string, unknown>>): number {
  for (const name of ["source", "image_url", "input_audio", "file"]) {
    const source = part[name];
    if (typeof source === "string") return source.length;
    if (!isObject(source)) continue;
    for (const field of ["data", "url", "file_data"]) {
      const value = source[field];
      if (typeof value === "string") return value.length;
    }
  }
  return 0;
}

/** Anthropic's documents of plain text, whose data is text and not base64. */
function isTextDocument(part: Readonly<Record<string, unknown>>): boolean {
  return part.type === "document" && isObject(part.source) && part.source.type === "text";
}
