import type { FilePart, ImagePart, MediaSource, TextPart, UserPart } from "../../../chat/index.ts";
import { present } from "../values.ts";
import { type Fields, type Foreign, wrong } from "./fields.ts";

const details = ["low", "high", "auto"] as const;
/** OpenAI's own caches; others cache by themselves, or not. */
const withoutEffect = ["prompt_cache_breakpoint"];

/** A message's `content`: a string, or a list of parts; null is nothing. */
export function readContent(message: Fields, foreign: Foreign): UserPart[] {
  return readParts(message, (part) => readUserPart(part, foreign));
}

/** The content of a message that can only be text. */
export function readTexts(message: Fields, foreign: Foreign): TextPart[] {
  return readParts(message, (part) => readTextPart(part, foreign));
}

export function readParts<Part>(message: Fields, read: (part: Fields) => Part | undefined): (Part | TextPart)[] {
  const content = message.any("content");
  if (content === undefined) return [];
  if (typeof content === "string") return [{ type: "text", text: content }];
  if (!Array.isArray(content)) throw wrong(message.pathOf("content"), "a string or a list of parts");
  return message.objects("content").flatMap((part) => read(part) ?? []);
}

/** @returns undefined for a part that is something else, which is foreign here */
export function readTextPart(part: Fields, foreign: Foreign): TextPart | undefined {
  const read = readUserPart(part, foreign);
  if (read?.type === "text") return read;
  foreign[part.path] = part.value;
  return undefined;
}

/** @returns undefined for a part that is foreign */
function readUserPart(part: Fields, foreign: Foreign): UserPart | undefined {
  const type = part.required("type");
  part.ignore(withoutEffect);
  const read =
    type === "text"
      ? readText(part)
      : type === "image_url"
        ? readImage(part, foreign)
        : type === "file"
          ? readFile(part, foreign)
          : undefined;
  if (read) part.rest(foreign);
  else foreign[part.path] = part.value;
  return read;
}

function readText(part: Fields): TextPart {
  return { type: "text", text: part.required("text") };
}

function readImage(part: Fields, foreign: Foreign): ImagePart {
  const address = part.any("image_url");
  // Ollama's way to write it.
  if (typeof address === "string") return { type: "image", source: readSource(address, part.pathOf("image_url")) };
  const image = part.object("image_url");
  if (!image) throw wrong(part.pathOf("image_url"), "an object");
  const source = readSource(image.required("url"), image.pathOf("url"));
  const detail = details.find((known) => known === image.any("detail"));
  // "original", e.g., which no other provider knows.
  if (!detail && image.any("detail") !== undefined) foreign[image.pathOf("detail")] = image.any("detail");
  image.rest(foreign);
  return { type: "image", source, ...present({ detail }) };
}

/** @returns undefined for a file that lies at OpenAI */
function readFile(part: Fields, foreign: Foreign): FilePart | undefined {
  const file = part.object("file");
  const data = file?.string("file_data");
  if (!file || data === undefined) return undefined;
  const name = file.string("filename");
  file.rest(foreign);
  // Without a data URL's prefix it can only be what this wire took first.
  const source: MediaSource = data.startsWith("data:")
    ? readSource(data, file.pathOf("file_data"))
    : { kind: "base64", mediaType: "application/pdf", data };
  return { type: "file", source, ...present({ name }) };
}

function readSource(url: string, path: string): MediaSource {
  if (/^https?:\/\//i.test(url)) return { kind: "url", url };
  const comma = url.indexOf(",");
  const [mediaType, ...parameters] = url.slice("data:".length, comma).split(";");
  if (!url.startsWith("data:") || comma < 0 || !mediaType || parameters.at(-1) !== "base64") {
    throw wrong(path, "an http(s) URL, or data:<media type>;base64,<data>");
  }
  return { kind: "base64", mediaType, data: url.slice(comma + 1) };
}
