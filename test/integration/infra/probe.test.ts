import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mounts, probes } from "../../../infra/router/index.ts";
import { createServer } from "../../../runtime/router/serving/index.ts";
import { makeCertificates } from "../router/certificates.ts";

const security = {
  mode: "tls",
  issuer: { name: "region", kind: "ClusterIssuer" },
  clientCertificate: "required",
} as const;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "probe-"));
  const { at } = makeCertificates(folder);
  // As a cluster mounts them. The router's own certificate is for both ends.
  for (const place of ["tls", "trust"]) mkdirSync(join(folder, place));
  for (const [file, to] of [
    ["peer.pem", "tls/tls.crt"],
    ["peer.key", "tls/tls.key"],
    ["ca.pem", "trust/ca.pem"],
  ] as const) {
    cpSync(at(file), join(folder, to));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a probe's command against a router that answers with this status. */
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
  const { exec } = probes(security)[probe] as { exec: { command: string[] } };
  const [command = "", ...args] = exec.command.map((word) =>
    word
      .replaceAll(mounts.tls, join(folder, "tls"))
      .replaceAll(mounts.trust, join(folder, "trust"))
      .replace("port: 8443", `port: ${(server.address() as AddressInfo).port}`),
  );
  const code = await new Promise<number>((resolve) => {
    execFile(command, args, (error) => resolve(typeof error?.code === "number" ? error.code : 0));
  });
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
