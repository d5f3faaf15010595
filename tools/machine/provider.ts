import type { Provider } from "../provider/index.ts";

/** Our own provider: what a stack needs of the machine that it runs on. */
export const provider: Provider = {
  name: "machine",
  version: "0.1.0",
  description: "supervised processes, files and API keys of this machine",
  resources: {
    "machine:index:ApiKey": async () => (await import("./api-key.ts")).apiKey,
    "machine:index:File": async () => (await import("./file.ts")).file,
    "machine:index:Service": async () => (await import("./service.ts")).service,
  },
};
