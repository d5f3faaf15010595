import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createServer } from "../../../runtime/router/serving/index.ts";
import { mountIn, runProbe } from "./mounted.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "probe-"));
  mountIn(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a probe against a router that answers with this status. */
async function exitCode(probe: "readinessProbe" | "livenessProbe", status: number): Promise<number> {
  const paths: string[] = [];
  const server = createServer(
    {
      mode: "tls",
      certificateFile: "tls/tls.crt",
      keyFile: "tls/tls.key",
      clientCaFile: "trust/ca.pem",
      clientCertificate: "required",
    },
    folder,
    (request, response) => {
      paths.push(request.url ?? "");
      response.writeHead(status).end();
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const code = await runProbe(folder, probe, (server.address() as AddressInfo).port);
  server.close();
  expect(paths).toEqual([probe === "readinessProbe" ? "/readyz" : "/livez"]);
  return code;
}

describe("a probe of a router that requires certificates", () => {
  it("shows the pod's own and passes where the router is well", async () => {
    expect(await exitCode("readinessProbe", 200)).toBe(0);
    expect(await exitCode("livenessProbe", 200)).toBe(0);
  });

  it("fails where it is not", async () => expect(await exitCode("readinessProbe", 503)).toBe(1));
});
