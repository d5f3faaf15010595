export { createGemini } from "./gemini.ts";
