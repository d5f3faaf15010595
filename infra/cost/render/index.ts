export { asJson, estimateAsJson } from "./json.ts";
export { asMarkdown, type Before, code, plain, table } from "./markdown.ts";
export { arithmetic, asItems, asText, spread } from "./text.ts";
