export { ollama } from "./build.ts";
export { tinyModel, tinyModelfile, tinyModelName, tinySentence, tinyToolCall } from "./tiny-model.ts";
