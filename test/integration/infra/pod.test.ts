import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { placeOf } from "../../../infra/region/index.ts";
import { renderClusterConfig } from "../../../infra/router/index.ts";
import { configHash, parseRouterConfig } from "../../../runtime/config/index.ts";
import { freePort } from "../../../tools/parts/free-port.ts";
import { start, temporaryFolder } from "../router/process.ts";
import { mountIn, placedIn, runProbe, security } from "./mounted.ts";

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
}

/** Asks as another pod would, with its certificate or without. */
function ask(folder: string, port: number, path: string, certificate = true): Promise<Answer> {
  const read = (file: string) => readFileSync(join(folder, file));
  const own = certificate ? { cert: read("client.pem"), key: read("client.key") } : {};
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: "127.0.0.1", port, path, servername: "router", ca: read("ca.pem"), agent: false, ...own },
      async (response) => {
        let body = "";
        for await (const chunk of response) body += String(chunk);
        resolve({ status: response.statusCode, body });
      },
    );
    asked.on("error", reject).end();
  });
}

describe("a real router with what its pod is given", () => {
  it("serves over certificates, passes its own probes, and ends in good order though its database is away", async () => {
    const folder = temporaryFolder();
    mountIn(folder);
    const port = await freePort();
    const config = parseRouterConfig({ backends: { openai: {}, claude: {} }, failoverChain: ["openai"] }, "test");
    const place = placeOf({ stack: "hybrid-llm-test", name: "eu-west-1" });
    const { json } = renderClusterConfig(place, { version: "blue", config, security });
    const own = placedIn(folder, json).replace('"port": 8443', `"port": ${port}`);
    const file = join(folder, "config", "router.json");
    writeFileSync(file, own);
    writeFileSync(join(folder, "keys", "openai"), "a-key-that-vault-wrote");

    const database = `postgresql://router:secret@127.0.0.1:${await freePort()}/ledger`;
    const router = await start("router", [], { ROUTER_CONFIG: file, DATABASE_URL: database });
    expect(await runProbe(folder, "readinessProbe", port)).toBe(0);
    expect(await runProbe(folder, "livenessProbe", port)).toBe(0);
    await expect(ask(folder, port, "/health", false)).rejects.toThrow();

    const { status, body } = await ask(folder, port, "/health");
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({
      name: "hybrid-llm-test/eu-west-1/blue",
      region: "eu-west-1",
      config: configHash(parseRouterConfig(JSON.parse(own), "test")),
      backends: { claude: { status: "disabled", why: expect.stringContaining("keys/claude") } },
      ledger: { writable: true, database: "postgresql" },
    });
    expect(JSON.parse(body).backends.openai.status).not.toBe("disabled");
    expect(readdirSync(join(folder, "ledger"))).toContain("journal");

    router.child.kill("SIGTERM");
    expect(await router.exit).toEqual({ code: 0, signal: null });
    expect(router.output()).not.toContain("a-key-that-vault-wrote");
  });
});
