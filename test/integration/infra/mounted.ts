import { execFile } from "node:child_process";
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { mounts, probes } from "../../../infra/router/index.ts";
import { makeCertificates } from "../router/certificates.ts";

/** What a cluster's router requires of its clients, and of itself. */
export const security = {
  mode: "tls",
  issuer: { name: "region", kind: "ClusterIssuer" },
  clientCertificate: "required",
} as const;

/** The places that a cluster mounts into a pod, in a folder: certificates are there, the rest is empty. */
export function mountIn(folder: string): void {
  const { at } = makeCertificates(folder);
  for (const place of Object.keys(mounts)) mkdirSync(join(folder, place));
  // The router's own certificate is for both ends.
  for (const [file, to] of [
    ["peer.pem", "tls/tls.crt"],
    ["peer.key", "tls/tls.key"],
    ["ca.pem", "trust/ca.pem"],
  ] as const) {
    cpSync(at(file), join(folder, to));
  }
}

/** A text of a pod, with the folder's places for those of the pod. */
export const placedIn = (folder: string, text: string): string =>
  Object.entries(mounts).reduce((whole, [place, path]) => whole.replaceAll(path, join(folder, place)), text);

/** Runs a probe's command as the kubelet would, against a port of this machine. */
export function runProbe(folder: string, probe: "readinessProbe" | "livenessProbe", port: number): Promise<number> {
  const { exec } = probes(security)[probe] as { exec: { command: string[] } };
  const [command = "", ...args] = exec.command.map((word) =>
    placedIn(folder, word).replace("port: 8443", `port: ${port}`),
  );
  return new Promise((resolve) => {
    execFile(command, args, (error) => resolve(typeof error?.code === "number" ? error.code : 0));
  });
}
