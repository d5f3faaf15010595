import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../engine/index.ts";
import { freePort } from "../../parts/free-port.ts";
import { Child } from "../child.ts";
import { type Peer, run } from "./peer.ts";
import { fakeBearer, fakeModel } from "./system.ts";

/** With the node-server of its own lock file: npm alone picks a newer one, with which every stream fails. */
const nodeServer = "1.13.5";
const startMs = 60_000;

/** @param node that runs it: ours, or another; its makers' image has version 20 */
export function createPortkey(node: string = process.execPath): Peer {
  const name = "portkey";
  const version = "1.15.2";
  return {
    name,
    version,
    what: "@portkey-ai/gateway from npm",
    runsOn: `Node ${versionOf(node)}`,
    async install(folder) {
      const manifest = {
        private: true,
        dependencies: { "@portkey-ai/gateway": version },
        overrides: { "@hono/node-server": nodeServer },
      };
      writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
      const quietly = ["--no-audit", "--no-fund", "--loglevel=error"];
      await run("npm", ["install", "--omit=dev", "--ignore-scripts", ...quietly], folder);
    },
    async start(folder, place) {
      const port = await freePort();
      const entry = join(folder, "node_modules", "@portkey-ai", "gateway", "build", "start-server.js");
      const child = new Child({
        name,
        command: node,
        args: [entry, `--port=${port}`, "--headless"],
        environment: { NODE_ENV: "production" },
        folder: place.folder,
      });
      await child.listening(port, startMs);
      const headers = {
        ...fakeBearer,
        "x-portkey-provider": "openai",
        "x-portkey-custom-host": `http://127.0.0.1:${place.upstreamPort}/v1`,
      };
      return { name, child, target: { port, model: fakeModel, headers } };
    },
  };
}

function versionOf(node: string): string {
  try {
    return execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
  } catch (error) {
    throw new Failure(`${node} is no Node that can be run: ${(error as Error).message.split("\n", 1)[0]}`);
  }
}
