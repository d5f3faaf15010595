import { parseNetwork, planSubnets, serviceCidr, zonesOfRegion } from "../../infra/addresses/index.ts";
import { addonVersions } from "../../infra/versions.ts";
import { cloudBackends } from "../../runtime/config/index.ts";
import { overlap } from "./overlap.ts";
import { familiesOf } from "./region.ts";
import { type InCluster, inCluster, inRegions, type Path, placesOf, type Rule } from "./rule.ts";

/** Names that the stack's own pools have. */
const takenPools = ["general", "system"];

/** The clusters that somebody else made, and where the configuration says them. */
function existingIn(stack: InCluster): readonly { readonly path: Path; readonly present: readonly string[] }[] {
  if (stack.kind === "cloud") return [];
  if (stack.kind === "cluster") return [{ path: ["cluster"], present: stack.cluster.present }];
  return stack.clusters.map(({ present }, index) => ({ path: ["clusters", index], present }));
}

/** What a region can't be, as data. */
export const regionRules: readonly Rule[] = [
  {
    name: "a region's network can be divided, and leaves services their addresses",
    check: (stack) =>
      inRegions(stack, ({ cidr }) => {
        const allowed = networkProblem(cidr);
        return allowed === undefined ? [] : [{ path: ["cidr"], allowed, fix: "choose another, such as 10.10.0.0/16" }];
      }),
  },
  {
    name: "a region has as many zones as are asked for",
    check: (stack) =>
      inRegions(stack, ({ name, availabilityZones }) => {
        const zones = zonesOfRegion[name];
        if (!zones) {
          const fix = "choose one, or add its zone ids to infra/addresses/zones.ts";
          return [{ path: ["name"], allowed: `a region whose zones are known: ${keys(zonesOfRegion)}`, fix }];
        }
        return availabilityZones > zones.length
          ? [{ path: ["availabilityZones"], allowed: `at most ${zones.length} in ${name}`, fix: "lower it" }]
          : [];
      }),
  },
  {
    name: "a cluster's version has add-ons",
    check: (stack) =>
      inRegions(stack, ({ kubernetesVersion }) =>
        kubernetesVersion in addonVersions
          ? []
          : [
              {
                path: ["kubernetesVersion"],
                allowed: `a version whose add-ons are pinned: ${keys(addonVersions)}`,
                fix: "choose one, or add its add-ons to infra/versions.ts",
              },
            ],
      ),
  },
  {
    name: "a group of nodes goes upwards",
    check: (stack) =>
      inRegions(stack, ({ systemNodes: { min, max } }) =>
        min > max
          ? [{ path: ["systemNodes", "min"], allowed: `at most max (${max})`, fix: "lower min or raise max" }]
          : [],
      ),
  },
  {
    name: "a pool's families carry its accelerator",
    check: (stack) =>
      inRegions(stack, ({ gpuPools }) =>
        gpuPools.flatMap(({ accelerator, instanceFamilies }, pool) =>
          instanceFamilies.flatMap((family, index) =>
            familiesOf[accelerator].includes(family)
              ? []
              : [
                  {
                    path: ["gpuPools", pool, "instanceFamilies", index],
                    allowed: `families with ${accelerator}: ${familiesOf[accelerator].join(", ")}`,
                    fix: "choose one of these, or another accelerator",
                  },
                ],
          ),
        ),
      ),
  },
  {
    name: "pools have names of their own",
    check: inCluster((stack) =>
      placesOf(stack).flatMap(({ path, gpuPools }) =>
        gpuPools.flatMap(({ name }, index) => {
          const taken = [...takenPools, ...gpuPools.slice(0, index).map((pool) => pool.name)];
          return taken.includes(name)
            ? [{ path: [...path, "gpuPools", index, "name"], allowed: `not ${taken.join(", ")}`, fix: "rename it" }]
            : [];
        }),
      ),
    ),
  },
  {
    name: "a cluster has one device plugin",
    check: inCluster((stack) =>
      existingIn(stack).flatMap(({ path, present }) =>
        stack.gpu.operator === "gpu-operator" && present.includes("device-plugin")
          ? [
              {
                path: [...path, "present"],
                allowed: "no device-plugin beside gpu.operator: gpu-operator, which brings one",
                fix: "remove it here and there, or choose gpu.operator: device-plugin",
              },
            ]
          : [],
      ),
    ),
  },
  {
    name: "clusters have names of their own",
    check: (stack) =>
      stack.kind === "airgap"
        ? stack.clusters.flatMap(({ name }, index) =>
            stack.clusters.slice(0, index).some((other) => other.name === name)
              ? [{ path: ["clusters", index, "name"], allowed: "each cluster once", fix: "rename or remove it" }]
              : [],
          )
        : [],
  },
  {
    name: "a region without a way out has a mirror, and no providers to reach",
    check: (stack) =>
      inRegions(stack, ({ natGateways, registryMirror }) =>
        natGateways === "none" && stack.kind === "cloud"
          ? [
              ...(registryMirror === undefined
                ? [
                    {
                      path: ["registryMirror"],
                      allowed: "a registry within reach where natGateways is none",
                      fix: "name one, or choose natGateways: one",
                    },
                  ]
                : []),
              ...(cloudBackendsOf(stack).length > 0
                ? [
                    {
                      path: ["natGateways"],
                      allowed: `one or per-zone beside ${cloudBackendsOf(stack).join(", ")}, which no request would reach`,
                      fix: "choose one of these, or remove the providers from every failoverChain",
                    },
                  ]
                : []),
              ...(stack.models.ollama === undefined
                ? []
                : [
                    {
                      path: ["natGateways"],
                      allowed: "one or per-zone beside models.ollama, which pulls its models from the internet",
                      fix: "choose one of these, or serve models by Triton from a bucket",
                    },
                  ]),
            ]
          : [],
      ),
  },
];

/** What is allowed in the network's place, if anything else. */
function networkProblem(cidr: string): string | undefined {
  try {
    planSubnets(cidr, []);
    parseNetwork(cidr);
  } catch (error) {
    return (error as Error).message.replace(/^\S+: /, "").replace(/^allowed is /, "");
  }
  return overlap(cidr, serviceCidr) ? `a network that does not overlap with ${serviceCidr} of Kubernetes` : undefined;
}

function cloudBackendsOf(stack: InCluster): string[] {
  const chains = Object.values(stack.router.versions).flatMap(({ config }) => config.failoverChain);
  return [...new Set(chains)].filter((backend) => cloudBackends.includes(backend));
}

const keys = (table: object): string => Object.keys(table).join(", ");
