import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderJson } from "../../../runtime/config/index.ts";
import { freePort } from "../../parts/free-port.ts";
import { Child } from "../child.ts";
import { type Peer, run } from "./peer.ts";
import { fakeKey, fakeModel } from "./system.ts";

/** It imports for many seconds, more so on a busy machine. */
const startMs = 240_000;

export const litellm: Peer = {
  name: "litellm",
  version: "1.106.2",
  what: "litellm[proxy] from PyPI",
  runsOn: "python3",
  async install(folder) {
    await run("python3", ["-m", "venv", "venv"], folder);
    await run(join(folder, "venv", "bin", "pip"), ["install", "--quiet", `litellm[proxy]==${litellm.version}`], folder);
  },
  async start(folder, place) {
    const port = await freePort();
    const parameters = {
      model: `openai/${fakeModel}`,
      api_base: `http://127.0.0.1:${place.upstreamPort}/v1`,
      api_key: fakeKey,
    };
    const config = join(place.folder, "litellm.yaml");
    // JSON is YAML.
    writeFileSync(config, renderJson({ model_list: [{ model_name: fakeModel, litellm_params: parameters }] }));
    // It refuses to start without one that can't be guessed.
    const masterKey = `sk-${randomBytes(32).toString("hex")}`;
    const child = new Child({
      name: litellm.name,
      command: join(folder, "venv", "bin", "litellm"),
      args: ["--config", config, "--host", "127.0.0.1", "--port", String(port), "--num_workers", "1"],
      // Its price list comes with it; without this it asks GitHub for a newer one first.
      environment: {
        LITELLM_LOCAL_MODEL_COST_MAP: "True",
        LITELLM_LOG: "ERROR",
        LITELLM_MODE: "PRODUCTION",
        LITELLM_MASTER_KEY: masterKey,
      },
      folder: place.folder,
    });
    await child.listening(port, startMs);
    return {
      name: litellm.name,
      child,
      target: { port, model: fakeModel, headers: { authorization: `Bearer ${masterKey}` } },
    };
  },
};
