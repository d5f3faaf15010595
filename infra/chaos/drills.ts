import { namespaces, type Pods } from "../network-policy/index.ts";
import { mustHold, type Slo } from "../observability/index.ts";

/** The annotation by which a namespace lets Chaos Mesh in. */
export const filterAnnotation = { "chaos-mesh.org/inject": "enabled" } as const;

/** Where the providers' APIs are. */
export const providerHosts = {
  openai: "api.openai.com",
  claude: "api.anthropic.com",
  gemini: "generativelanguage.googleapis.com",
} as const;

/** What there is to break. */
export interface DrillSettings {
  /** `@every 1m`, or five fields of cron. */
  readonly podKillEvery: string;
  /** Nothing outside of these is touched. */
  readonly namespaces: readonly string[];
  /** The provider that is delayed and cut off; none behind an air gap. */
  readonly provider?: keyof typeof providerHosts | undefined;
  /** Pods, or hosts outside of the cluster; none where there is no Redis. */
  readonly redis?: Pods | { readonly hosts: readonly string[] } | undefined;
  readonly slo: Slo;
}

interface Selector {
  readonly namespaces: string[];
  readonly labelSelectors: Record<string, string>;
}

interface PodChaos {
  readonly action: "pod-kill";
  readonly mode: "one";
  readonly gracePeriod: number;
  readonly selector: Selector;
}

interface NetworkChaos {
  readonly action: "delay" | "partition";
  readonly mode: "all";
  readonly selector: Selector;
  readonly direction: "to" | "both";
  readonly duration: string;
  readonly delay?: { readonly latency: string; readonly jitter: string; readonly correlation: string };
  readonly externalTargets?: string[];
  readonly target?: { readonly mode: "all"; readonly selector: Selector };
}

/** https://chaos-mesh.org/docs/define-scheduling-rules/ */
export interface ScheduleSpec {
  readonly schedule: string;
  readonly concurrencyPolicy: "Forbid";
  readonly historyLimit: number;
  readonly type: "PodChaos" | "NetworkChaos";
  readonly podChaos?: PodChaos;
  readonly networkChaos?: NetworkChaos;
}

/** One thing that is broken on purpose. */
export interface Drill {
  readonly name: string;
  /** What is broken, and what must go on. */
  readonly says: string;
  /** Whether it waits to be asked for. */
  readonly suspended: boolean;
  /** PromQL that is 1 while the promise holds. */
  readonly mustHold: string;
  readonly spec: ScheduleSpec;
}

/** How long a cut lasts: longer than a circuit needs to open, and to be tried again. */
const duration = "5m";

/**
 * The drills whose pods are in the allowed namespaces. The router's pods are killed one by one, all the time; all others
 * wait until their annotation `experiment.chaos-mesh.org/pause` is taken away, begin within the hour, and last 5 minutes.
 */
export function drills(settings: DrillSettings): Drill[] {
  const { podKillEvery, provider, redis, slo } = settings;
  const router = selectorOf({ namespace: namespaces.router, name: "router" });
  const availability = mustHold(slo, "availability");
  const network = (name: string, says: string, cut: Omit<NetworkChaos, "mode" | "selector" | "duration">): Drill => ({
    name,
    says,
    suspended: true,
    mustHold: availability,
    spec: {
      schedule: "@every 1h",
      concurrencyPolicy: "Forbid",
      historyLimit: 3,
      type: "NetworkChaos",
      networkChaos: { ...cut, mode: "all", selector: router, duration },
    },
  });
  const all: Drill[] = [
    {
      name: "router-pod-kill",
      says: "one router dies without notice; the others answer, and broken streams go on elsewhere",
      suspended: false,
      mustHold: availability,
      spec: {
        schedule: podKillEvery,
        concurrencyPolicy: "Forbid",
        historyLimit: 3,
        type: "PodChaos",
        podChaos: { action: "pod-kill", mode: "one", gracePeriod: 0, selector: router },
      },
    },
    ...(provider === undefined ? [] : providerDrills(provider, network, slo)),
    ...(redis === undefined
      ? []
      : [
          network("redis-loss", "no router reaches Redis; each counts for itself, and answers", {
            action: "partition",
            direction: "to",
            ...(isInside(redis)
              ? { target: { mode: "all", selector: selectorOf(redis) } }
              : { externalTargets: [...redis.hosts] }),
          }),
        ]),
    // What must hold is of all regions together: this one's own can't.
    network("region-loss", "no router of this region reaches anybody; the other regions answer", {
      action: "partition",
      direction: "both",
      externalTargets: ["0.0.0.0/0"],
    }),
  ];
  return all.filter(({ spec }) => touched(spec).every((namespace) => settings.namespaces.includes(namespace)));
}

function providerDrills(
  provider: keyof typeof providerHosts,
  network: (name: string, says: string, cut: Omit<NetworkChaos, "mode" | "selector" | "duration">) => Drill,
  slo: Slo,
): Drill[] {
  const externalTargets = [providerHosts[provider]];
  return [
    {
      ...network("provider-delay", `${provider} answers 2 s later; requests go where it is faster`, {
        action: "delay",
        direction: "to",
        delay: { latency: "2s", jitter: "500ms", correlation: "25" },
        externalTargets,
      }),
      mustHold: mustHold(slo, "first-chunk"),
    },
    network("provider-partition", `${provider} is out of reach; its circuit opens, and others answer`, {
      action: "partition",
      direction: "to",
      externalTargets,
    }),
  ];
}

const isInside = (redis: NonNullable<DrillSettings["redis"]>): redis is Pods => "namespace" in redis;

const selectorOf = ({ namespace, name }: Pods): Selector => ({
  namespaces: [namespace],
  labelSelectors: name === undefined ? {} : { "app.kubernetes.io/name": name },
});

const touched = ({ podChaos, networkChaos }: ScheduleSpec): string[] => [
  ...(podChaos?.selector.namespaces ?? []),
  ...(networkChaos?.selector.namespaces ?? []),
  ...(networkChaos?.target?.selector.namespaces ?? []),
];
