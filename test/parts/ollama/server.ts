import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "../../../tools/parts/free-port.ts";
import { ollama, tinyModel, tinyModelfile, tinyModelName } from "../../../tools/parts/index.ts";
import { type Server, scratchDirectory, startServer } from "../support.ts";

export interface Ollama extends Server {
  readonly url: string;
}

/** A real Ollama that has the model of one sentence and nothing else; it asks nobody on the internet. */
export async function startOllama(directory: string): Promise<Ollama> {
  const scratch = scratchDirectory("ollama");
  const address = `127.0.0.1:${await freePort()}`;
  const environment = {
    PATH: process.env.PATH,
    HOME: scratch,
    OLLAMA_HOST: address,
    OLLAMA_MODELS: join(scratch, "models"),
    OLLAMA_NO_CLOUD: "1",
    OLLAMA_NOPRUNE: "1",
    OLLAMA_NUM_PARALLEL: "1",
  };
  const url = `http://${address}`;
  const command = ollama.program(directory);
  const server = await startServer({
    command,
    args: ["serve"],
    environment,
    readyUrl: `${url}/api/version`,
    directory: scratch,
  });
  const model = join(scratch, "model");
  mkdirSync(model);
  writeFileSync(join(model, "model.gguf"), tinyModel());
  writeFileSync(join(model, "Modelfile"), tinyModelfile);
  await promisify(execFile)(command, ["create", tinyModelName, "-f", join(model, "Modelfile")], { env: environment });
  return { ...server, url };
}
