import type { FilePart, ImagePart, ToolResult, UserPart } from "../../chat/index.ts";
import { isObject } from "../../json.ts";
import type { ModelTraits } from "./models.ts";
import type { GeminiPart } from "./types.ts";

type Refuse = (reason: string, part?: number) => void;

/** Google fetches what is at such an address itself. */
const fetched: readonly string[] = ["https:", "http:", "gs:"];

const mediaTypes: ReadonlyMap<string, string> = new Map([
  ["png", "image/png"],
  ["jpg", "image/jpeg"],
  ["jpeg", "image/jpeg"],
  ["webp", "image/webp"],
  ["heic", "image/heic"],
  ["heif", "image/heif"],
  ["pdf", "application/pdf"],
  ["txt", "text/plain"],
]);

/**
 * What a user gave; nothing of an empty text, which Gemini refuses. A document's name and the detail of an image are
 * hints that it has no place for.
 */
export function mediaPart(part: UserPart, refuse: (reason: string) => void): readonly GeminiPart[] {
  if (part.type === "text") return part.text === "" ? [] : [{ text: part.text }];
  const { source } = part;
  if (source.kind === "base64") return [{ inlineData: { mimeType: source.mediaType, data: source.data } }];
  const url = URL.parse(source.url);
  if (!url || !fetched.includes(url.protocol)) {
    refuse("takes base64 or an http(s) address for an image or a document");
    return [];
  }
  // The type may be left out; where the address tells it, Gemini need not find it out.
  const extension = /\.([a-z]+)$/i.exec(url.pathname)?.[1]?.toLowerCase() ?? "";
  return [{ fileData: { fileUri: source.url, mimeType: mediaTypes.get(extension) } }];
}

/** A tool's result, as the response to the call of that id. */
export function resultPart(
  { callId, parts, isError }: ToolResult,
  name: string | undefined,
  traits: ModelTraits,
  refuse: Refuse,
): GeminiPart {
  if (name === undefined) refuse("takes the result of a tool only after its call");
  const texts = parts.flatMap((part) => (part.type === "text" ? [part.text] : []));
  const blobs = parts.flatMap((part, at) =>
    part.type === "text" ? [] : blobPart(part, traits, (reason) => refuse(reason, at)),
  );
  return {
    functionResponse: {
      id: callId,
      name,
      response: responseOf(texts.join("\n"), isError === true),
      parts: blobs.length > 0 ? blobs : undefined,
    },
  };
}

function blobPart({ source }: ImagePart | FilePart, traits: ModelTraits, refuse: (reason: string) => void) {
  if (!traits.mediaInResults) refuse("takes images and documents in a tool's result only since Gemini 3");
  if (source.kind === "base64") return [{ inlineData: { mimeType: source.mediaType, data: source.data } }];
  refuse("takes images and documents in a tool's result as base64 only");
  return [];
}

/**
 * The text of a result as Gemini's object. The text of an object is that object, unless one of its keys is a word of
 * Gemini's own there, or a number in it is longer than JavaScript can hold.
 */
function responseOf(text: string, isError: boolean): Record<string, unknown> {
  const value = /\d{16}/.test(text) ? undefined : objectIn(text);
  if (isError) return { error: value ?? text };
  return value === undefined || "output" in value || "error" in value ? { output: text } : value;
}

function objectIn(text: string): Record<string, unknown> | undefined {
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
