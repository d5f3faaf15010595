// Not by the folder's face: a local stack loads no SDK of Kubernetes.
import { modelConflicts } from "../../infra/models/backends.ts";
import { defaultDailyUsd } from "../../runtime/config/index.ts";
import { unknownDigest } from "./common.ts";
import { type ModelServer, modelServers, replicasInPool } from "./models.ts";
import { type Conflict, type InCluster, inCluster, placesOf, type Rule } from "./rule.ts";

/** What the router and the models of a cluster can't be, as data. */
export const servingRules: readonly Rule[] = [
  {
    name: "a version in a cluster has an image",
    check: inCluster(({ router: { versions } }) =>
      Object.entries(versions).flatMap(([version, { imageDigest }]) =>
        imageDigest === undefined
          ? [
              {
                path: ["router", "versions", version, "imageDigest"],
                allowed: "the digest of the router's image",
                fix: `write what the push told, or ${unknownDigest} for a preview`,
              },
            ]
          : [],
      ),
    ),
  },
  {
    name: "the router's images have one place",
    check: inCluster(({ kind, router: { imageRepository } }) => {
      if ((imageRepository === undefined) === (kind === "cloud")) return [];
      const path = ["router", "imageRepository"];
      return kind === "cloud"
        ? [{ path, allowed: "none in AWS: the stack makes one in each region", fix: "remove it" }]
        : [{ path, allowed: "where the router's images are", fix: "name it, such as registry.example.com/llm/router" }];
    }),
  },
  {
    name: "a weight has somebody who weighs",
    check: inCluster(({ router: { rollout }, gateway, mesh }) =>
      (rollout.weight ?? 0) > 0 && gateway.kind !== "kong" && !(mesh.kind === "istio" && mesh.waypoints)
        ? [
            {
              path: ["router", "rollout", "weight"],
              allowed: "0 without kong as the gateway or a mesh with waypoints, which would weigh requests",
              fix: "set it to 0, or choose one of these",
            },
          ]
        : [],
    ),
  },
  {
    name: "requests under way are told by somebody",
    check: inCluster(({ router: { autoscaling }, observability: { metrics, adapterDigest } }) => [
      ...(autoscaling?.inFlightPerReplica !== undefined && (adapterDigest === undefined || !metrics)
        ? [
            {
              path: ["router", "autoscaling", "inFlightPerReplica"],
              allowed:
                "only with observability.metrics and observability.adapterDigest, which tell autoscalers of them",
              fix: "set both, or remove it",
            },
          ]
        : []),
      ...(adapterDigest !== undefined && !metrics
        ? [
            {
              path: ["observability", "adapterDigest"],
              allowed: "only with observability.metrics",
              fix: "remove it, or set metrics",
            },
          ]
        : []),
    ]),
  },
  {
    name: "what models may cost a day is said once",
    check: inCluster(({ router: { versions } }) =>
      Object.entries(versions).flatMap(([version, { config }]) => {
        const { day } = config.budgets.stack;
        return day === undefined || day === defaultDailyUsd
          ? []
          : [
              {
                path: ["router", "versions", version, "config", "budgets", "stack", "day"],
                allowed: "none in a cluster: budget.dailyLlmUsd says it, and each region gets its share",
                fix: "remove it, and set budget.dailyLlmUsd",
              },
            ];
      }),
    ),
  },
  {
    name: "a version asks for the models that are served",
    check: inCluster(({ router: { versions }, models }) =>
      Object.entries(versions).flatMap(([version, { config }]) =>
        modelConflicts(config, models).map(({ path, allowed, fix }) => ({
          path: ["router", "versions", version, "config", ...path],
          allowed,
          fix,
        })),
      ),
    ),
  },
  {
    name: "model servers scale upwards, by what Prometheus tells",
    check: inCluster(({ models, observability }) => [
      ...modelServers.flatMap((server) => replicasUpwards(models, server)),
      ...(models.autoscaling !== undefined && !observability.metrics
        ? [
            {
              path: ["observability", "metrics"],
              allowed: "true beside models.autoscaling, which asks Prometheus",
              fix: "set it, or remove models.autoscaling",
            },
          ]
        : []),
    ]),
  },
  { name: "a pool has room for its models", check: inCluster(overfullPools) },
];

function replicasUpwards(models: InCluster["models"], server: ModelServer): Conflict[] {
  const { replicas = 1, maxReplicas } = models[server] ?? {};
  if (maxReplicas === undefined) return [];
  const path = ["models", server, "maxReplicas"];
  if (models.autoscaling === undefined) {
    return [{ path, allowed: "only with models.autoscaling", fix: "remove it, or add models.autoscaling" }];
  }
  return maxReplicas < replicas
    ? [{ path, allowed: `at least replicas (${replicas})`, fix: "raise it, or lower replicas" }]
    : [];
}

/** Each replica takes an accelerator. */
function overfullPools(stack: InCluster): Conflict[] {
  const { models } = stack;
  return placesOf(stack).flatMap(({ gpuPools }) =>
    gpuPools.flatMap(({ name, maxGpus }) => {
      const first = modelServers.find((server) => models[server]?.gpuPool === name);
      const asked = replicasInPool(models, name);
      return first === undefined || asked <= maxGpus
        ? []
        : [
            {
              path: ["models", first, "replicas"],
              allowed: `together at most ${maxGpus}, the accelerators that the pool ${name} may have (${asked} are asked for)`,
              fix: "lower replicas, or raise the pool's maxGpus",
            },
          ];
    }),
  );
}
