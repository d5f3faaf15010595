import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { type RouterConfig, renderJson } from "../../runtime/config/index.ts";
import { ApiKey, type Bundle, File, Service } from "../machine/index.ts";
import type { IssuedCertificate } from "../pki/index.ts";

/** What a router process is made from. */
export interface RouterProcessArgs {
  /** The checked configuration of the version that serves; listener, keys and name are filled in here. */
  readonly config: RouterConfig;
  /** The version's name, shown on /health. */
  readonly version: string;
  readonly bundle: Bundle;
  readonly supervisor: Bundle;
  /** A folder of its own: configuration, certificates, logs, and what its clients need. */
  readonly directory: string;
  readonly server: IssuedCertificate;
  /** Given to those who call the router: CA, certificate and key as files. */
  readonly client: IssuedCertificate;
  readonly trustBundlePem: pulumi.Input<string>;
  readonly clientCertificate: "none" | "optional" | "required";
  readonly workers: number;
  /** Absolute path of a file with further variables; see `ServiceArgs`. */
  readonly environmentFile: string | undefined;
  /** Names of environment variables with providers' keys: handed over from process to process, never written. */
  readonly secretVariables: readonly string[];
  /** Changes when one of these values does, so that the running router is exchanged. */
  readonly secretsVersion: pulumi.Input<string>;
}

const typeToken = "hybrid-llm:router:RouterProcess";

/**
 * The router as a supervised process of this machine, over HTTPS, with an API key and a client certificate to call it, and
 * a key to administer it.
 *
 * A change of bundle, configuration or certificates exchanges the workers beneath the listening socket: the new one must
 * be ready before the old one drains, so that no connection is lost; a new one that fails leaves the old in service.
 *
 * Cost: none.
 */
export class RouterProcess extends pulumi.ComponentResource {
  readonly url: pulumi.Output<string>;
  /** Files, each readable by their owner alone where it holds a secret. */
  readonly apiKeyFile: pulumi.Output<string>;
  readonly adminKeyFile: pulumi.Output<string>;
  readonly caFile: pulumi.Output<string>;
  readonly clientCertificateFile: pulumi.Output<string>;
  readonly clientKeyFile: pulumi.Output<string>;
  readonly service: Service;

  constructor(name: string, args: RouterProcessArgs, opts?: pulumi.ComponentResourceOptions) {
    super(typeToken, name, {}, opts);
    const parent = { parent: this };
    const key = new ApiKey(`${name}-key`, { tenant: "default", role: "client" }, parent);
    const adminKey = new ApiKey(`${name}-admin-key`, { tenant: "default", role: "admin" }, parent);
    const file = (what: string, fileName: string, content: pulumi.Input<string>, mode: string): pulumi.Output<string> =>
      new File(`${name}-${what}`, { path: join(args.directory, "client", fileName), content, mode }, parent).path;

    this.apiKeyFile = file("key-file", "api-key", key.key, "0600");
    this.adminKeyFile = file("admin-key-file", "admin-key", adminKey.key, "0600");
    this.caFile = file("ca-file", "ca.pem", args.trustBundlePem, "0644");
    this.clientCertificateFile = file("client-certificate-file", "client.pem", args.client.chainPem, "0644");
    this.clientKeyFile = file("client-key-file", "client-key.pem", args.client.privateKeyPem, "0600");

    const { host, port } = args.config.listen;
    this.service = new Service(
      `${name}-service`,
      {
        name: "router",
        directory: serviceDirectory(args.directory),
        bundle: args.bundle,
        supervisor: args.supervisor,
        configuration: pulumi
          .all([key.keyId, key.sha256, adminKey.keyId, adminKey.sha256])
          .apply(([id, sha256, adminId, adminSha256]) =>
            renderRouterConfig(args, [
              { id, sha256, tenant: "default", role: "client" },
              { id: adminId, sha256: adminSha256, tenant: "default", role: "admin" },
            ]),
          ),
        files: {
          "tls/server.pem": args.server.chainPem,
          "tls/server-key.pem": args.server.privateKeyPem,
          "tls/ca.pem": args.trustBundlePem,
        },
        listen: { host, port },
        workers: args.workers,
        drainSeconds: Math.ceil(args.config.deadlines.drainMs / 1000),
        ...(args.environmentFile === undefined ? {} : { environmentFile: args.environmentFile }),
        secretVariables: [...args.secretVariables],
        secretsVersion: args.secretsVersion,
      },
      parent,
    );
    this.url = pulumi.output(this.service.address).apply(() => `https://localhost:${port}`);
    this.registerOutputs({ url: this.url });
  }
}

/**
 * Within the service's own folder, which goes with the service. Processes that serve side by side can't share an embedded
 * database: those of several workers keep a ledger only where the configuration gives them one.
 */
function withLedger({ config: { ledger }, directory, workers }: RouterProcessArgs): RouterConfig["ledger"] {
  // A roll-out changes the router's name, and must not change whose money it is.
  const named = { stack: "local", ...ledger };
  if (ledger.directory !== undefined || workers > 1) return named;
  return { ...named, directory: join(serviceDirectory(directory), "ledger") };
}

const serviceDirectory = (directory: string): string => join(directory, "router");

/** The configuration as the process reads it: file names are relative to the configuration's own. */
function renderRouterConfig(args: RouterProcessArgs, keys: RouterConfig["keys"]): string {
  const { config } = args;
  return renderJson({
    ...config,
    name: `local/${args.version}`,
    ledger: withLedger(args),
    listen: {
      ...config.listen,
      security: {
        mode: "tls",
        certificateFile: "tls/server.pem",
        keyFile: "tls/server-key.pem",
        clientCaFile: "tls/ca.pem",
        clientCertificate: args.clientCertificate,
      },
    },
    keys: [...config.keys, ...keys],
  });
}
