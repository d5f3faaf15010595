import { cpSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../../tools/parts/free-port.ts";
import { triton } from "../../../tools/parts/index.ts";
import { type Server, scratchDirectory, startServer } from "../support.ts";

const models = join(dirname(fileURLToPath(import.meta.url)), "models");
const names = ["embed", "lines", "words"] as const;

export interface Triton extends Server {
  readonly url: string;
  /** Loads or unloads a model by the server's explicit control; resolves once it is so. */
  control(model: string, action: "load" | "unload"): Promise<void>;
  /** A counter of the server's own metrics, for one version of a model. */
  metric(name: string, model: string, version: string): Promise<number>;
}

/** A real Triton with this folder's models, each in the versions 1 and 2; loaded at its start, or by somebody later. */
export async function startTriton(directory: string, { loaded = true } = {}): Promise<Triton> {
  const { server, backends, environment } = triton.files(directory);
  const scratch = scratchDirectory("triton");
  for (const name of names) {
    mkdirSync(join(scratch, name), { recursive: true });
    cpSync(join(models, name, "config.pbtxt"), join(scratch, name, "config.pbtxt"));
    for (const version of ["1", "2"]) cpSync(join(models, name, "model.py"), join(scratch, name, version, "model.py"));
  }
  const [port, metricsPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const started = await startServer({
    command: server,
    args: [
      `--model-repository=${scratch}`,
      `--backend-directory=${backends}`,
      "--http-address=127.0.0.1",
      `--http-port=${port}`,
      "--allow-grpc=false",
      "--metrics-address=127.0.0.1",
      `--metrics-port=${metricsPort}`,
      "--model-control-mode=explicit",
      ...(loaded ? ["--load-model=*"] : []),
      "--exit-timeout-secs=5",
    ],
    environment: { ...process.env, ...environment },
    readyUrl: `${url}/v2/health/ready`,
    directory: scratch,
  });
  return {
    ...started,
    url,
    async control(model, action) {
      const response = await fetch(`${url}/v2/repository/models/${model}/${action}`, { method: "POST" });
      if (!response.ok) throw new Error(`${action} ${model}: ${await response.text()}`);
      const wanted = action === "load";
      const isReady = async () => (await fetch(`${url}/v2/models/${model}/ready`)).ok;
      while ((await isReady()) !== wanted) await new Promise((resume) => setTimeout(resume, 20));
    },
    async metric(name, model, version) {
      const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
      const line = text
        .split("\n")
        .find(
          (each) =>
            each.startsWith(`${name}{`) && each.includes(`model="${model}"`) && each.includes(`version="${version}"`),
        );
      return Number(line?.split(" ").at(-1) ?? Number.NaN);
    },
  };
}
