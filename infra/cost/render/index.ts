export { asJson } from "./json.ts";
export { asMarkdown } from "./markdown.ts";
export { arithmetic, asText, spread } from "./text.ts";
