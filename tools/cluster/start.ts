import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure, type Progress, silent } from "../engine/index.ts";
import { Cluster } from "../offline/kubernetes/cluster.ts";
import { privateTexts, publicTexts } from "../offline/tls/keys.ts";
import { freePort } from "../parts/free-port.ts";
import { UserError } from "../provider/index.ts";
import { Authority, type Credentials, newKey } from "./authority.ts";
import { type Program, programFile } from "./build.ts";
import { type Running, startProcess } from "./process.ts";

/** A running control plane on ports of its own, on loopback alone. */
export interface ControlPlane {
  /** Of the cluster's administrator. */
  readonly kubeconfig: string;
  readonly kubeconfigFile: string;
  readonly server: string;
  /** Whose certificate the server shows, in PEM. */
  readonly certificateAuthority: string;
  /** Ends every process and removes all that it kept. */
  stop(): Promise<void>;
}

const address = "127.0.0.1";
const services = "10.96.0.0/16";
const readyMs = 240_000;
const intervalMs = 200;

/**
 * Starts etcd, API server and controllers with certificates of their own, and waits until pods could be made.
 *
 * @param directory where {@link controlPlane} is kept
 */
export async function startControlPlane(directory: string, progress: Progress = silent): Promise<ControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), "hybrid-llm-cluster-"));
  const started: Running[] = [];
  const stop = async (): Promise<void> => {
    for (const process of started.toReversed()) await process.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const put = (name: string, text: string): string => {
      const file = join(folder, name);
      writeFileSync(file, text, { mode: 0o600 });
      return file;
    };
    mkdirSync(join(folder, "log"));
    const run = (name: Program, args: Readonly<Record<string, string>>): Running => {
      const flags = Object.entries(args).map(([flag, value]) => `--${flag}=${value}`);
      const process = startProcess(programFile(directory, name), flags, join(folder, "log", `${name}.log`));
      started.push(process);
      return process;
    };
    progress.step("Starting a Kubernetes control plane.");

    const authority = await Authority.make("cluster");
    const front = await Authority.make("front-proxy");
    const ca = put("ca.pem", authority.certificate);
    const pair = (name: string, { certificate, key }: Credentials): [certificate: string, key: string] => [
      put(`${name}.pem`, certificate),
      put(`${name}-key.pem`, key),
    ];
    const [serverCertificate, serverKey] = pair(
      "server",
      await authority.issue({
        commonName: "kube-apiserver",
        dnsNames: ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"],
        ipAddresses: [address, "10.96.0.1"],
      }),
    );
    const [etcdCertificate, etcdKey] = pair(
      "etcd",
      await authority.issue({ commonName: "etcd", ipAddresses: [address] }),
    );
    const [frontCertificate, frontKey] = pair("front", await front.issue({ commonName: "front-proxy" }));
    const accounts = await newKey();

    const [clientPort, peerPort, port] = [await freePort(), await freePort(), await freePort()];
    const etcdUrl = `https://${address}:${clientPort}`;
    const peerUrl = `http://${address}:${peerPort}`;
    run("etcd", {
      "data-dir": join(folder, "etcd"),
      "listen-client-urls": etcdUrl,
      "advertise-client-urls": etcdUrl,
      "listen-peer-urls": peerUrl,
      "initial-advertise-peer-urls": peerUrl,
      "initial-cluster": `default=${peerUrl}`,
      "cert-file": etcdCertificate,
      "key-file": etcdKey,
      "client-cert-auth": "true",
      "trusted-ca-file": ca,
      // Nothing of it outlives the process.
      "unsafe-no-fsync": "true",
    });

    const server = `https://${address}:${port}`;
    const accountsKey = put("accounts-key.pem", privateTexts(accounts).privateKeyPem);
    run("kube-apiserver", {
      "etcd-servers": etcdUrl,
      "etcd-cafile": ca,
      "etcd-certfile": etcdCertificate,
      "etcd-keyfile": etcdKey,
      "bind-address": address,
      "advertise-address": address,
      // Endpoints of the service kubernetes may not be on loopback.
      "endpoint-reconciler-type": "none",
      "secure-port": String(port),
      "service-cluster-ip-range": services,
      "tls-cert-file": serverCertificate,
      "tls-private-key-file": serverKey,
      "client-ca-file": ca,
      "service-account-issuer": "https://kubernetes.default.svc",
      "service-account-key-file": put("accounts.pem", publicTexts(accounts).publicKeyPem),
      "service-account-signing-key-file": accountsKey,
      "authorization-mode": "Node,RBAC",
      "allow-privileged": "true",
      "requestheader-client-ca-file": put("front-ca.pem", front.certificate),
      "requestheader-allowed-names": "front-proxy",
      "requestheader-username-headers": "X-Remote-User",
      "requestheader-group-headers": "X-Remote-Group",
      "requestheader-extra-headers-prefix": "X-Remote-Extra-",
      "proxy-client-cert-file": frontCertificate,
      "proxy-client-key-file": frontKey,
    });
    const kubeconfigOf = async (commonName: string, organization?: string): Promise<string> =>
      kubeconfig(
        server,
        authority.certificate,
        await authority.issue({ commonName, ...(organization === undefined ? {} : { organization }) }),
      );
    const admin = await kubeconfigOf("admin", "system:masters");
    const cluster = await until(started, "the API server", () => Cluster.open(admin, {}));
    progress.update("The API server answers.");

    const controllers = put("controllers.json", await kubeconfigOf("system:kube-controller-manager"));
    run("kube-controller-manager", {
      kubeconfig: controllers,
      "authentication-kubeconfig": controllers,
      "authorization-kubeconfig": controllers,
      "secure-port": "0",
      "leader-elect": "false",
      // A node that somebody plays sends no heartbeats: its pods would be taken for lost.
      controllers: "*,-node-lifecycle-controller",
      "use-service-account-credentials": "true",
      "service-account-private-key-file": accountsKey,
      "root-ca-file": ca,
      "service-cluster-ip-range": services,
    });
    const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { namespace: "default", name: "default" } };
    await until(started, "the default ServiceAccount", () => cluster.get(account));
    progress.step(`Kubernetes answers at ${server}.`);
    const kubeconfigFile = put("kubeconfig.json", admin);
    return { kubeconfig: admin, kubeconfigFile, server, certificateAuthority: authority.certificate, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Asks until there is an answer; ends early if one of the processes does. */
async function until<T>(processes: readonly Running[], what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + readyMs;
  for (;;) {
    for (const process of processes) await process.check();
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (Date.now() > deadline) throw new Failure(`No answer within ${readyMs / 1000} s: ${error.message}`);
    }
    if (Date.now() > deadline) throw new Failure(`${what} was not there within ${readyMs / 1000} s.`);
    await sleep(intervalMs);
  }
}

function kubeconfig(server: string, ca: string, { certificate, key }: Credentials): string {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "local", cluster: { server, "certificate-authority-data": base64(ca) } }],
    users: [
      { name: "local", user: { "client-certificate-data": base64(certificate), "client-key-data": base64(key) } },
    ],
    contexts: [{ name: "local", context: { cluster: "local", user: "local" } }],
    "current-context": "local",
  });
}
