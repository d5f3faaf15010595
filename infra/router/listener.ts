import type * as kubernetes from "@pulumi/kubernetes";
import type { RouterConfig } from "../../runtime/config/index.ts";
import type { IssuerReference } from "../workload/index.ts";

/** How the router of a cluster listens: with certificates of its own, or in plain text inside a mesh that encrypts. */
export type ListenerSecurity =
  | { readonly mode: "mesh" }
  | {
      readonly mode: "tls";
      readonly issuer: IssuerReference;
      readonly clientCertificate: "none" | "optional" | "required";
    };

type Listen = RouterConfig["listen"];
type Probe = kubernetes.types.input.core.v1.Probe;
type Handler = Pick<Probe, "httpGet" | "exec">;

/** Where the pod finds what the platform mounts. */
export const mounts = {
  config: "/etc/hybrid-llm/config",
  tls: "/etc/hybrid-llm/tls",
  trust: "/etc/hybrid-llm/trust",
  keys: "/run/secrets/hybrid-llm",
  vault: "/run/secrets/vault",
  ledger: "/var/lib/hybrid-llm/ledger",
} as const;

export const portOf = ({ mode }: Pick<ListenerSecurity, "mode">): number => (mode === "tls" ? 8443 : 8080);

/** `listen` of the router's configuration. */
export function listenOf(security: ListenerSecurity): Listen {
  const address = { host: "0.0.0.0", port: portOf(security) };
  if (security.mode === "mesh") return { ...address, security: { mode: "plain", because: "mesh" } };
  return {
    ...address,
    security: {
      mode: "tls",
      certificateFile: `${mounts.tls}/tls.crt`,
      keyFile: `${mounts.tls}/tls.key`,
      clientCaFile: `${mounts.trust}/ca.pem`,
      clientCertificate: security.clientCertificate,
    },
  };
}

/**
 * Starting may take a minute; being unready shows in ten seconds. Only a router that has not answered for a minute is
 * killed: under load it answers late, and killing it would hand its load to the others.
 */
export function probes(security: ListenerSecurity): Record<"startupProbe" | "readinessProbe" | "livenessProbe", Probe> {
  const ready = handler(security, "/readyz");
  // Each look with a certificate starts a process, some 50 ms of CPU.
  const often = ready.exec === undefined ? 1 : 5;
  return {
    startupProbe: { ...ready, periodSeconds: often, timeoutSeconds: 5, failureThreshold: 60 / often },
    readinessProbe: { ...ready, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 2 },
    livenessProbe: { ...handler(security, "/livez"), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
  };
}

/** The kubelet has no certificate to show. Where one is required, the pod asks itself, with its own. */
function handler(security: ListenerSecurity, path: string): Handler {
  if (security.mode === "tls" && security.clientCertificate === "required") {
    return { exec: { command: ["node", "-e", askWithCertificate(path, portOf(security))] } };
  }
  return { httpGet: { path, port: "http", scheme: security.mode === "tls" ? "HTTPS" : "HTTP" } };
}

const askWithCertificate = (path: string, port: number): string =>
  [
    'const fs = require("node:fs");',
    `const read = (file) => fs.readFileSync("${mounts.tls}/" + file);`,
    'require("node:https")',
    `.get({ host: "127.0.0.1", port: ${port}, path: "${path}", servername: "router",`,
    `cert: read("tls.crt"), key: read("tls.key"), ca: fs.readFileSync("${mounts.trust}/ca.pem") },`,
    "({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1))",
    '.on("error", () => process.exit(1));',
  ].join(" ");
