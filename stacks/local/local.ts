import { homedir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { bundleRuntime, readEnvironmentFile, stateDirectory } from "../../infra/machine/index.ts";
import { Pki } from "../../infra/pki/index.ts";
import { RehearsalProcess, RouterProcess } from "../../infra/router/index.ts";
import type { LocalStack } from "../config/index.ts";
import { lookAround, needsRehearsal, secretsOf, withBackends } from "./backends.ts";

/** How this machine's certificates name it. */
const region = "local";

/** Composes the `local` stack: certificates, stand-ins for providers where none is there, the router as a process. */
export async function composeLocal(stack: LocalStack): Promise<pulumi.Inputs> {
  const file = environmentFile(stack.router.environmentFile);
  const environment = { ...process.env, ...file.variables };
  const version = stack.router.versions[stack.router.rollout.stable];
  if (!version) throw new Error("the roll-out's stable version is not listed");
  const directory = join(stateDirectory(), "local");
  const [around, supervisor, router] = await Promise.all([
    lookAround(environment),
    bundleRuntime("supervisor/main.ts"),
    bundleRuntime("router/main.ts"),
  ]);
  const secrets = secretsOf(around, environment, file.variables);

  const rehearses = needsRehearsal(stack.rehearsal.when, around);
  const rehearsal = rehearses
    ? new RehearsalProcess("rehearsal", {
        bundle: await bundleRuntime("rehearsal/main.ts"),
        supervisor,
        directory,
        port: stack.rehearsal.port,
      })
    : undefined;
  const rehearsalUrl = rehearses ? `http://127.0.0.1:${stack.rehearsal.port}` : undefined;

  const pki = new Pki("pki", { ...stack.pki, regions: [region] });
  const routerProcess = new RouterProcess(
    "router",
    {
      config: withBackends(version.config, around, rehearsalUrl, environment),
      version: stack.router.rollout.stable,
      bundle: router,
      supervisor,
      directory,
      server: pki.issue(region, {
        name: "router",
        profile: "server",
        dnsNames: ["localhost"],
        ipAddresses: ["127.0.0.1", "::1"],
      }),
      client: pki.issue(region, { name: "client", profile: "client" }),
      trustBundlePem: pki.trustBundlePem,
      clientCertificate: stack.router.clientCertificate,
      workers: stack.router.workers,
      environmentFile: file.path,
      secretVariables: secrets.names,
      secretsVersion: pulumi.secret(secrets.version),
    },
    rehearsal ? { dependsOn: rehearsal } : {},
  );
  const database = pki.issue(region, { name: "database", profile: "server", dnsNames: ["localhost"] });

  return {
    url: routerProcess.url,
    apiKeyFile: routerProcess.apiKeyFile,
    adminKeyFile: routerProcess.adminKeyFile,
    caFile: routerProcess.caFile,
    clientCertificateFile: routerProcess.clientCertificateFile,
    clientKeyFile: routerProcess.clientKeyFile,
    clientCertificate: stack.router.clientCertificate,
    databaseCertificatePem: database.chainPem,
    rehearsal: rehearses,
  };
}

/** What the router will find in its environment file. A preview needs none; an `up` fails where the router reads it. */
function environmentFile(named: string | undefined) {
  if (named === undefined) {
    const unused = ["REDIS_URL", "DATABASE_URL"].filter((name) => process.env[name] !== undefined);
    const what =
      "may be another program's; a router of this stack gets it from a file that router.environmentFile names";
    if (unused.length > 0) void pulumi.log.info(`${unused.join(" and ")} in the environment ${what}`);
    return { path: undefined, variables: {} };
  }
  const path = named.replace(/^~(?=\/)/, homedir());
  try {
    return { path, variables: readEnvironmentFile(path) };
  } catch (error) {
    void pulumi.log.warn(`router.environmentFile: ${(error as Error).message}`);
    return { path, variables: {} };
  }
}
