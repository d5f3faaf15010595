import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { apart, type Contained, contain, giveToOwner } from "../bubblewrap.ts";

/** A pod as the plan has it. */
export interface PodSpec {
  readonly securityContext: { readonly runAsUser: number; readonly runAsGroup: number };
  readonly containers: readonly Container[];
  readonly volumes?: readonly Volume[];
}

interface Container {
  readonly name: string;
  readonly command: readonly string[];
  readonly env?: readonly EnvironmentVariable[];
  readonly securityContext: { readonly readOnlyRootFilesystem: boolean };
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
}

interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly fieldRef?: { readonly fieldPath: string };
    readonly secretKeyRef?: { readonly name: string; readonly key: string };
  };
}

interface Volume {
  readonly name: string;
  readonly configMap?: { readonly name: string };
  readonly secret?: { readonly secretName: string; readonly items?: readonly { key: string; path: string }[] };
  readonly persistentVolumeClaim?: { readonly claimName: string };
  readonly projected?: object;
  readonly emptyDir?: object;
}

/** Files by their names. */
export type Files = Readonly<Record<string, string>>;

/** What a node has, and what the API server would tell its kubelet. */
export interface Node {
  /** Everybody may look into it. */
  readonly folder: string;
  /** Programs that stand for an image's, by their names. */
  readonly programs: Readonly<Record<string, string>>;
  /** Addresses by host name. */
  readonly hosts: Files;
  readonly configMaps: Readonly<Record<string, Files>>;
  readonly secrets: Readonly<Record<string, Files>>;
  /** The token that is projected into a pod. */
  readonly token?: string;
}

/** What of this machine stands for the image's own files: a shell, and what every Linux has. */
const system = ["/usr", "/bin", "/lib", "/lib64", "/etc/ssl"];

/**
 * A planned pod's first container in a sandbox of this machine, with its command, environment, user and volumes. Claims are
 * folders that outlive it. The network is this machine's.
 */
export class PlannedPod {
  readonly #options: readonly string[];
  readonly #command: readonly string[];

  /** @param claims of a StatefulSet, by the volumes' names */
  constructor(node: Node, name: string, spec: PodSpec, claims: readonly string[] = []) {
    const [container] = spec.containers;
    if (container === undefined) throw new Error(`${name} has no container`);
    const own = join(node.folder, "pods", name);
    mkdirSync(own, { recursive: true });
    const volumes: readonly Volume[] = [
      ...(spec.volumes ?? []),
      ...claims.map((claim) => ({ name: claim, persistentVolumeClaim: { claimName: `${claim}-${name}` } })),
    ];
    const mounts = container.volumeMounts.flatMap(({ name: volume, mountPath, readOnly }) => {
      const found = volumes.find((each) => each.name === volume);
      if (found === undefined) throw new Error(`${name} mounts ${volume}, which is no volume of it`);
      if (found.emptyDir !== undefined) return ["--tmpfs", mountPath];
      return [readOnly ? "--ro-bind" : "--bind", folderOf(node, own, found), mountPath];
    });
    const { runAsUser, runAsGroup } = spec.securityContext;
    this.#command = container.command;
    this.#options = [
      ...apart,
      ...["--uid", String(runAsUser), "--gid", String(runAsGroup)],
      ...system.flatMap((path) => ["--ro-bind-try", path, path]),
      ...Object.entries(node.programs).flatMap(([program, file]) => ["--ro-bind", file, `/image/${program}`]),
      ...["--proc", "/proc", "--dev", "/dev"],
      ...["--ro-bind", hostsIn(own, node.hosts), "/etc/hosts"],
      ...mounts,
      ...(container.securityContext.readOnlyRootFilesystem ? ["--remount-ro", "/"] : []),
      ...["--setenv", "PATH", "/image:/usr/bin:/bin"],
      ...environmentOf(node, name, container).flatMap(([key, value]) => ["--setenv", key, value]),
    ];
  }

  /** Its own command, or another as a probe does. */
  run(command: readonly string[] = this.#command, environment: Files = {}): Contained {
    const more = Object.entries(environment).flatMap(([key, value]) => ["--setenv", key, value]);
    return contain([...this.#options, ...more], command);
  }
}

function folderOf(node: Node, own: string, volume: Volume): string {
  const { configMap, secret, persistentVolumeClaim, projected } = volume;
  if (persistentVolumeClaim !== undefined) {
    const folder = join(node.folder, "claims", persistentVolumeClaim.claimName);
    mkdirSync(folder, { recursive: true });
    giveToOwner(folder);
    return folder;
  }
  const folder = join(own, volume.name);
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(filesOf())) writeFileSync(join(folder, file), text);
  return folder;

  function filesOf(): Files {
    if (configMap !== undefined) return known(node.configMaps, configMap.name);
    if (projected !== undefined && node.token !== undefined) return { token: node.token };
    if (secret === undefined) throw new Error(`volume ${volume.name} is of a kind that isn't known here`);
    const files = known(node.secrets, secret.secretName);
    return secret.items === undefined
      ? files
      : Object.fromEntries(secret.items.map(({ key, path }) => [path, known(files, key)]));
  }
}

function hostsIn(folder: string, hosts: Files): string {
  const file = join(folder, "hosts");
  writeFileSync(
    file,
    Object.entries(hosts)
      .map(([host, address]) => `${address} ${host}\n`)
      .join(""),
  );
  return file;
}

/** With what Kubernetes fills in: `$(NAME)` is a variable before it. */
function environmentOf(node: Node, pod: string, { env = [] }: Container): [string, string][] {
  const values = new Map<string, string>();
  for (const { name, value = "", valueFrom } of env) {
    const { fieldRef, secretKeyRef } = valueFrom ?? {};
    if (secretKeyRef !== undefined) values.set(name, known(known(node.secrets, secretKeyRef.name), secretKeyRef.key));
    else if (fieldRef?.fieldPath === "metadata.name") values.set(name, pod);
    else
      values.set(
        name,
        value.replace(/\$\((\w+)\)/g, (whole, key: string) => values.get(key) ?? whole),
      );
  }
  return [...values];
}

function known<Value>(of: Readonly<Record<string, Value>>, name: string): Value {
  const found = of[name];
  if (found === undefined) throw new Error(`there is no ${name} among ${Object.keys(of)}`);
  return found;
}
