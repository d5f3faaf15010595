import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildGoProgram, goProgramFolder, pinnedVersion } from "../parts/go.ts";
import { keptPart } from "../parts/kept.ts";

const moduleDirectory = join(dirname(fileURLToPath(import.meta.url)), "go");
const kubernetes = "k8s.io/kubernetes";
const version = pinnedVersion(moduleDirectory, kubernetes);

const packages = {
  "kube-apiserver": `${kubernetes}/cmd/kube-apiserver`,
  "kube-controller-manager": `${kubernetes}/cmd/kube-controller-manager`,
  etcd: "go.etcd.io/etcd/server/v3",
} as const;

export type Program = keyof typeof packages;

export const programFile = (directory: string, name: Program): string => join(directory, "bin", name);

/** The control plane of a real Kubernetes, built from its Go modules: API server, controllers and etcd, no nodes. */
export const controlPlane = keptPart(`Kubernetes ${version}`, keptIn, async (scratch, progress) => {
  const programs = Object.keys(packages) as Program[];
  for (const name of programs) {
    const source = {
      name: `${name} (Kubernetes ${version})`,
      module: moduleDirectory,
      package: packages[name],
      ldflags,
      environment: { CGO_ENABLED: "0" },
    };
    await buildGoProgram(source, programFile(scratch, name), progress);
  }
  return programs.map((name) => join("bin", name));
});

/** Without these the API server would call itself version 0.0.0, and clients would not believe it. */
const ldflags = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"]
  .flatMap((name) => {
    const [major, minor] = version.split(".");
    return [
      `-X=${name}.gitVersion=v${version}`,
      `-X=${name}.gitMajor=${major}`,
      `-X=${name}.gitMinor=${minor}`,
      `-X=${name}.gitTreeState=clean`,
    ];
  })
  .join(" ");

function keptIn(): string {
  return goProgramFolder("kubernetes", moduleDirectory, version);
}
