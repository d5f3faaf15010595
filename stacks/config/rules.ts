import { type BackendName, cloudBackends } from "../../runtime/config/index.ts";
import { modelServers } from "./models.ts";
import { overlap } from "./overlap.ts";
import { regionRules } from "./region-rules.ts";
import { type Conflict, inCluster, type Path, placesOf, type Rule, type Stack } from "./rule.ts";
import { servingRules } from "./serving-rules.ts";
import { storeRules } from "./store-rules.ts";
import { trafficRules } from "./traffic-rules.ts";

/** What can't stand together, as data: each rule has a name and is tested by itself. */
export const rules: readonly Rule[] = [
  {
    name: "replicas and autoscaling exclude each other",
    check: inCluster(({ router: { replicas, autoscaling } }) =>
      replicas !== undefined && autoscaling
        ? [{ path: ["router", "replicas"], allowed: "no replicas beside autoscaling", fix: "remove one of the two" }]
        : [],
    ),
  },
  {
    name: "autoscaling goes upwards",
    check: inCluster(({ router: { autoscaling } }) =>
      autoscaling && autoscaling.minReplicas > autoscaling.maxReplicas
        ? [
            {
              path: ["router", "autoscaling", "minReplicas"],
              allowed: `at most maxReplicas (${autoscaling.maxReplicas})`,
              fix: "lower minReplicas or raise maxReplicas",
            },
          ]
        : [],
    ),
  },
  {
    name: "a roll-out names versions that are listed",
    check: ({ router: { rollout, versions } }) => {
      const known = Object.keys(versions);
      return (["stable", "candidate"] as const)
        .filter((role) => rollout[role] !== undefined && !known.includes(rollout[role]))
        .map((role) => ({
          path: ["router", "rollout", role],
          allowed: `a name under router.versions: ${known.join(", ")}`,
          fix: "name one of these, or list the version",
        }));
    },
  },
  {
    name: "candidate and weight go together",
    check: ({ router: { rollout } }) =>
      (rollout.candidate === undefined) === (rollout.weight === undefined)
        ? []
        : [
            {
              path: ["router", "rollout", rollout.candidate === undefined ? "candidate" : "weight"],
              allowed: "candidate and weight together, or neither",
              fix: "add it, or remove the other",
            },
          ],
  },
  {
    name: "a candidate differs from the stable version",
    check: ({ router: { rollout } }) =>
      rollout.candidate !== undefined && rollout.candidate === rollout.stable
        ? [
            {
              path: ["router", "rollout", "candidate"],
              allowed: "another version than stable",
              fix: "remove candidate and weight",
            },
          ]
        : [],
  },
  {
    name: "a process runs one version, a cluster's versions have images",
    check: (stack) =>
      Object.entries(stack.router.versions).flatMap(([version, { imageDigest }]) =>
        stack.kind === "local" && imageDigest !== undefined
          ? [
              {
                path: ["router", "versions", version, "imageDigest"],
                allowed: "no image in the local stack",
                fix: "remove it: a process runs the bundle of this checkout",
              },
            ]
          : [],
      ),
  },
  {
    name: "a process has no canary",
    check: (stack) =>
      stack.kind === "local" && stack.router.rollout.candidate !== undefined
        ? [
            {
              path: ["router", "rollout", "candidate"],
              allowed: "no candidate in the local stack",
              fix: "change stable instead: the running process is exchanged without losing a connection",
            },
          ]
        : [],
  },
  {
    name: "the platform decides how the router listens in a cluster",
    check: inCluster(({ router: { versions } }) =>
      Object.entries(versions).flatMap(([version, { config }]) =>
        config.listen.security.mode === "tls"
          ? [
              {
                path: ["router", "versions", version, "config", "listen", "security"],
                allowed: "no certificate files in a cluster: the platform mounts them",
                fix: "remove it",
              },
            ]
          : [],
      ),
    ),
  },
  {
    name: "keys are made by the stack",
    check: (stack) =>
      Object.entries(stack.router.versions).flatMap(([version, { config }]) =>
        stack.kind === "local" && config.listen.security.mode === "tls"
          ? [
              {
                path: ["router", "versions", version, "config", "listen", "security"],
                allowed: "no certificate files: the local stack makes its own",
                fix: "remove it, and set router.clientCertificate for mutual TLS",
              },
            ]
          : [],
      ),
  },
  {
    name: "rehearsal providers are for the local stack",
    check: inCluster(({ router: { versions } }) =>
      Object.entries(versions)
        .filter(([, { config }]) => config.allowRehearsal)
        .map(([version]) => ({
          path: ["router", "versions", version, "config", "allowRehearsal"],
          allowed: "false outside of the local stack",
          fix: "remove it",
        })),
    ),
  },
  {
    name: "an air-gapped stack has local models only",
    check: (stack) =>
      stack.kind === "airgap"
        ? Object.entries(stack.router.versions).flatMap(([version, { config }]) => [
            ...(config.airgap
              ? []
              : [
                  {
                    path: ["router", "versions", version, "config", "airgap"],
                    allowed: "true in an air-gapped stack",
                    fix: "set it to true",
                  },
                ]),
            ...cloudChainEntries(config.failoverChain).map((index) => ({
              path: ["router", "versions", version, "config", "failoverChain", index],
              allowed: "local and triton in an air-gapped stack",
              fix: "remove it from the chain",
            })),
          ])
        : [],
  },
  {
    name: "an air-gapped stack has no keys of cloud providers",
    check: (stack) =>
      stack.kind === "airgap"
        ? Object.keys(stack.secrets.providerKeys).map((provider) => ({
            path: ["secrets", "providerKeys", provider],
            allowed: "no cloud provider in an air-gapped stack",
            fix: "remove it",
          }))
        : [],
  },
  {
    name: "what only AWS has needs AWS",
    check: (stack) =>
      stack.kind === "cluster" || stack.kind === "airgap"
        ? [
            ...only(stack.data.postgres.provider, ["cloudnative-pg"], ["data", "postgres", "provider"]),
            ...only(stack.data.redis.provider, ["valkey", "redis"], ["data", "redis", "provider"]),
            ...only(stack.gateway.kind, ["none", "kong"], ["gateway", "kind"]),
            ...(stack.secrets.vault.mode === "deploy"
              ? only(stack.secrets.vault.unseal, ["transit", "shamir"], ["secrets", "vault", "unseal"])
              : []),
          ]
        : [],
  },
  {
    name: "regions have names and networks of their own",
    check: (stack) =>
      stack.kind === "cloud"
        ? stack.regions.flatMap((region, index) => {
            const earlier = stack.regions.slice(0, index);
            const sameName = earlier.some((other) => other.name === region.name);
            const overlapping = earlier.find((other) => overlap(other.cidr, region.cidr));
            return [
              ...(sameName
                ? [{ path: ["regions", index, "name"], allowed: "each region once", fix: "remove it" }]
                : []),
              ...(overlapping
                ? [
                    {
                      path: ["regions", index, "cidr"],
                      allowed: `a network that does not overlap with ${overlapping.cidr} of ${overlapping.name}`,
                      fix: "choose another",
                    },
                  ]
                : []),
            ];
          })
        : [],
  },
  {
    name: "models run in pools that exist",
    check: inCluster((stack) => {
      const pools = placesOf(stack).map(({ gpuPools }) => gpuPools.map((pool) => pool.name));
      return modelServers.flatMap((server) => {
        const pool = stack.models[server]?.gpuPool;
        if (pool === undefined || pools.every((names) => names.includes(pool))) return [];
        const everywhere = (pools[0] ?? []).filter((candidate) => pools.every((names) => names.includes(candidate)));
        return [
          {
            path: ["models", server, "gpuPool"],
            allowed:
              everywhere.length > 0 ? `a pool of every region: ${everywhere.join(", ")}` : "a pool of every region",
            fix: "name one of these, add the pool, or remove it to run on CPUs",
          },
        ];
      });
    }),
  },
  {
    name: "an A/B test shares out all of its users",
    check: inCluster(({ models: { triton } }) =>
      (triton?.models ?? []).flatMap(({ versions }, index) => {
        const total = versions.reduce((sum, { weight }) => sum + weight, 0);
        return total === 100
          ? []
          : [
              {
                path: ["models", "triton", "models", index, "versions"],
                allowed: `weights that add up to 100 (they make ${total})`,
                fix: "change the weights",
              },
            ];
      }),
    ),
  },
  {
    name: "chaos in production needs an allow-list",
    check: (stack) =>
      stack.kind === "cloud" && stack.production && stack.chaos.enabled && stack.chaos.namespaces.length === 0
        ? [
            {
              path: ["chaos", "namespaces"],
              allowed: "at least one namespace in production",
              fix: "list what may be hit",
            },
          ]
        : [],
  },
  ...regionRules,
  ...servingRules,
  ...storeRules,
  ...trafficRules,
];

/** Everything that can't stand together in a stack. */
export function conflicts(stack: Stack): Conflict[] {
  return rules.flatMap((rule) => rule.check(stack));
}

function cloudChainEntries(chain: readonly BackendName[]): number[] {
  return chain.flatMap((backend, index) => (cloudBackends.includes(backend) ? [index] : []));
}

function only(given: string, allowed: readonly string[], path: Path): Conflict[] {
  if (allowed.includes(given)) return [];
  return [{ path, allowed: `${allowed.join(" or ")} without AWS`, fix: "choose one of these" }];
}
