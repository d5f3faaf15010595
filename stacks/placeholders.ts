import * as pulumi from "@pulumi/pulumi";
import { adapterVersion, kedaVersion, kongVersion } from "../infra/facts.ts";
import { trafficCharts } from "../infra/versions.ts";
import { type InCluster, unknownDigest } from "./config/index.ts";

const routerKey = "router.versions.";

/** The images whose digest a stack still has to say: where in its configuration, and of what. */
export function placeholdersOf({ router, gateway, mesh, models, observability }: InCluster): string[] {
  const digests: readonly (readonly [key: string, digest: string | undefined, image: string])[] = [
    ...Object.entries(router.versions).map(
      ([version, { imageDigest }]) =>
        [`${routerKey}${version}.imageDigest`, imageDigest, "the router, as npm run image tells it"] as const,
    ),
    ...(gateway.kind === "kong"
      ? [
          [
            "gateway.controllerDigest",
            gateway.controllerDigest,
            `kong/kubernetes-ingress-controller ${kongVersion}`,
          ] as const,
        ]
      : []),
    ...(mesh.kind === "istio"
      ? [["mesh.proxyDigest", mesh.proxyDigest, `istio/proxyv2 ${trafficCharts.istiod.version}`] as const]
      : []),
    ["observability.adapterDigest", observability.adapterDigest, `prometheus-adapter ${adapterVersion}`],
    ...Object.entries(models.autoscaling?.digests ?? {}).map(
      ([part, digest]) => [`models.autoscaling.digests.${part}`, digest, `KEDA ${kedaVersion}`] as const,
    ),
  ];
  return digests.flatMap(([key, digest, image]) => (digest === unknownDigest ? [`${key}: zeros; ${image}`] : []));
}

/**
 * A plan may be made without knowing every image, but nothing may be deployed so. The router's own is pushed to a
 * repository that the first deployment makes: until Vault is set up its pods wait, for their image as for their Secrets.
 *
 * @throws RunError in an `up`, with all of them
 */
export function refusePlaceholders(stack: InCluster, isPlan = pulumi.runtime.isDryRun()): void {
  const missing = placeholdersOf(stack);
  if (missing.length === 0) return;
  const what = `Digests that only your registry can tell:\n${missing.map((line) => `  ${line}`).join("\n")}`;
  const isWaitedFor = (line: string) => !stack.secrets.vaultReady && line.startsWith(routerKey);
  if (!isPlan && !missing.every(isWaitedFor)) throw new pulumi.RunError(what);
  pulumi.log.warn(
    `${what}\nA preview goes on with zeros; up refuses them, the router's once secrets.vaultReady is set.`,
  );
}
