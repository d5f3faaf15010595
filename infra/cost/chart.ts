import type { ManifestLine } from "./manifest.ts";
import { checkStorageClass } from "./model/volumes.ts";
import { exactly } from "./range.ts";
import { Reader } from "./reader.ts";
import type { Values } from "./value.ts";

/**
 * What a chart's declaration (`declares` of its component's registration) will buy: a volume for each pod that claims
 * one, a balancer for each service of that type.
 *
 * @throws Unpriceable
 */
export function chartLines(declares: Values, region: string): ManifestLine[] {
  const chart = new Reader(declares, "declares");
  return [
    ...chart.objects("workloads").flatMap((workload) =>
      workload.objects("volumes").map((volume) => {
        checkStorageClass(volume, "storageClass");
        const gib = volume.number("gib") * workload.number("replicas");
        return {
          price: "ebs.gp3.storage",
          region,
          quantity: exactly(gib),
          what: `${workload.string("name")}'s volumes`,
        };
      }),
    ),
    ...chart
      .objects("services")
      .flatMap((service) =>
        service.string("type") === "LoadBalancer"
          ? [{ price: "nlb.hour", region, quantity: exactly(1), what: `NLB of ${service.string("name")}` }]
          : [],
      ),
  ];
}
