import type * as kubernetes from "@pulumi/kubernetes";
import { restrictedContainer } from "../workload/index.ts";

type Container = kubernetes.types.input.core.v1.Container;

/**
 * A container beside a server that tells it, by SIGHUP, when files that the platform renews have changed. Its pod must share
 * its process namespace. Servers that read certificates once would serve an expired one.
 *
 * @param files without spaces
 */
export function reloader(args: {
  readonly image: string;
  readonly process: string;
  readonly files: readonly string[];
  readonly mounts: kubernetes.types.input.core.v1.VolumeMount[];
}): Container {
  return {
    name: "reloader",
    image: args.image,
    command: ["/bin/sh", "-c", reloadScript(args.process, args.files)],
    resources: { requests: { cpu: "5m", memory: "16Mi" }, limits: { memory: "32Mi" } },
    securityContext: restrictedContainer(),
    volumeMounts: args.mounts,
  };
}

/** Looks once a minute. A shell that is process 1 ignores SIGTERM unless it is told otherwise. */
export function reloadScript(process: string, files: readonly string[]): string {
  for (const word of [process, ...files]) {
    if (!/^[\w./-]+$/.test(word)) throw new RangeError(`reloader: ${word}; allowed is a name without spaces`);
  }
  return [
    "trap 'exit 0' TERM",
    `sum() { cat ${files.join(" ")} | cksum; }`,
    'last="$(sum)"',
    "while :; do",
    "  sleep 60 & wait $!",
    '  now="$(sum)" || continue',
    '  [ "$now" != "$last" ] || continue',
    "  for each in /proc/[0-9]*; do",
    `    [ "$(cat "$each/comm" 2>/dev/null)" = ${process} ] && kill -HUP "\${each#/proc/}" && last="$now"`,
    "  done",
    "done",
    "",
  ].join("\n");
}
