import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { routerPod } from "../../../infra/router/index.ts";
import type { RouterConfig } from "../../../runtime/config/index.ts";
import { apart, contain, type Ended, giveToOwner } from "../bubblewrap.ts";

/** What an image says of its process. */
export interface ImageProcess {
  readonly User: string;
  readonly Entrypoint: readonly string[];
  readonly Env: readonly string[];
  readonly WorkingDir: string;
}

export interface Pod {
  /** Runs the image's own command until it is stopped. */
  start(): { readonly ended: Promise<Ended>; stop(): Promise<unknown> };
  /** Runs another command, as a probe does. */
  exec(command: readonly string[]): Promise<Ended>;
}

/**
 * The router's pod, from its template as a stack deploys it, by bubblewrap: the image's files, read-only, and the pod's
 * volumes, with the user, without capabilities. The network is this machine's.
 *
 * @param folder has the image's files in `root`; whoever runs in the pod can reach it
 */
export function podOf(folder: string, image: ImageProcess, config: RouterConfig): Pod {
  const template = routerPod({
    version: "current",
    image: "as-unpacked",
    config,
    configMap: "config",
    configHash: "none",
    security: { mode: "mesh" },
    resources: { cpu: "500m", memory: "512Mi" },
    environmentSecret: "router-environment",
    keysSecret: "router-keys",
    vaultAudience: "vault",
  });
  // A template's values may be a program's outputs; these are plain.
  const { containers, securityContext } = JSON.parse(JSON.stringify(template.spec)) as PodSpec;
  const [container] = containers;
  const root = join(folder, "root");
  const volumes = container.volumeMounts.flatMap(({ name, mountPath, readOnly }) => {
    const volume = join(folder, "volumes", name);
    mkdirSync(volume, { recursive: true });
    if (!readOnly) giveToOwner(volume);
    mkdirSync(join(root, mountPath), { recursive: true });
    return [readOnly ? "--ro-bind" : "--bind", volume, mountPath];
  });
  for (const place of ["proc", "dev"]) mkdirSync(join(root, place), { recursive: true });
  writeFileSync(join(folder, "volumes", "config", "router.json"), JSON.stringify(config));

  const environment = [
    ...image.Env.map((entry) => entry.split(/=(.*)/s)),
    ...container.env.map(({ name, value }) => [name, value]),
  ].flatMap(([name = "", value = ""]) => ["--setenv", name, value]);
  const { runAsUser, runAsGroup } = securityContext;
  const sandbox = [
    ...apart,
    ...["--uid", String(runAsUser), "--gid", String(runAsGroup)],
    ...[container.securityContext.readOnlyRootFilesystem ? "--ro-bind" : "--bind", root, "/"],
    ...["--proc", "/proc", "--dev", "/dev", "--chdir", image.WorkingDir],
    ...volumes,
    ...environment,
  ];
  return {
    start() {
      const { pid, ended } = contain(sandbox, container.command ?? image.Entrypoint);
      return { ended, stop: async () => process.kill(await pid, "SIGTERM") };
    },
    exec: (command) => contain(sandbox, command).ended,
  };
}

interface PodSpec {
  readonly securityContext: { readonly runAsUser: number; readonly runAsGroup: number };
  readonly containers: readonly [
    {
      readonly command?: readonly string[];
      readonly env: readonly { readonly name: string; readonly value: string }[];
      readonly securityContext: { readonly readOnlyRootFilesystem: boolean };
      readonly volumeMounts: readonly {
        readonly name: string;
        readonly mountPath: string;
        readonly readOnly?: boolean;
      }[];
    },
  ];
}
