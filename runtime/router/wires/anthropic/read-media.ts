import type { FilePart, ImagePart, MediaSource } from "../../chat/index.ts";
import { cacheOf } from "./cache.ts";
import type { Foreign } from "./foreign.ts";
import { given, type JsonObject } from "./json.ts";
import { objectAt, stringAt } from "./values.ts";

/**
 * An image or a document.
 *
 * @returns undefined for a block, or a source, that only this wire has
 */
export function readMedia(block: JsonObject, path: string, foreign: Foreign): ImagePart | FilePart | undefined {
  if (block.type !== "image" && block.type !== "document") return undefined;
  const { type, source: from, cache_control, title, citations, ...others } = given(block);
  const source = readSource(objectAt(from, `${path}.source`), `${path}.source`);
  if (!source) return undefined;
  foreign.rest(others, path);
  if (type === "image") return { type: "image", source, ...cacheOf(cache_control) };
  const { enabled } = objectAt(citations ?? {}, `${path}.citations`);
  if (enabled === true) foreign.note(`${path}.citations`, citations);
  const name = title === undefined ? {} : { name: stringAt(title, `${path}.title`) };
  return { type: "file", source, ...name, ...cacheOf(cache_control) };
}

function readSource(source: JsonObject, path: string): MediaSource | undefined {
  switch (source.type) {
    case "base64":
      return {
        kind: "base64",
        mediaType: stringAt(source.media_type, `${path}.media_type`),
        data: stringAt(source.data, `${path}.data`),
      };
    case "url":
      return { kind: "url", url: stringAt(source.url, `${path}.url`) };
    case "text": {
      const data = Buffer.from(stringAt(source.data, `${path}.data`)).toString("base64");
      return { kind: "base64", mediaType: "text/plain", data };
    }
    default:
      return undefined;
  }
}
