import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { keyVariables, type RouterConfig } from "../../runtime/config/index.ts";
import { labelsOf, restrictedContainer, restrictedPod, selectorOf, topologySpread } from "../workload/index.ts";
import { type ListenerSecurity, mounts, portOf, probes } from "./listener.ts";

type Template = kubernetes.types.input.core.v1.PodTemplateSpec;
type Volume = kubernetes.types.input.core.v1.Volume;
type Mount = kubernetes.types.input.core.v1.VolumeMount;

/** Names of what one region's routers share. */
export const shared = {
  workload: "router",
  serviceAccount: "router",
  certificateSecret: "router-tls",
  trustConfigMap: "router-trust",
} as const;

/** The Secret of one provider's key, whose only field is `key`: each is where Vault has it, and is rotated, by itself. */
export const keySecretOf = (backend: string, prefix = "router-keys"): string => `${prefix}-${backend}`;

export interface RouterPodArgs {
  readonly version: string;
  /** With its digest, and from the region's mirror. */
  readonly image: pulumi.Input<string>;
  readonly config: RouterConfig;
  readonly configMap: string;
  readonly configHash: string;
  readonly security: ListenerSecurity;
  /** Kubernetes quantities; the memory is also the limit. */
  readonly resources: { readonly cpu: string; readonly memory: string };
  /** Holds REDIS_URL, DATABASE_URL and the like. */
  readonly environmentSecret: string;
  /** How the Secrets of providers' keys begin, see `keySecretOf`. One that isn't there leaves its backend disabled. */
  readonly keysSecret: string;
  readonly vaultAudience: string;
}

/** Endpoints are told everywhere within this; seconds. Until then the router serves on. */
const preStopSeconds = 5;
/** What follows the drain: the last rows for the ledger (5 s) and the last spans (2 s). */
const closeSeconds = 10;

/** From the order to stop until whatever is left is killed; seconds. */
export const terminationSeconds = ({ deadlines }: RouterConfig): number =>
  preStopSeconds + Math.ceil(deadlines.drainMs / 1000) + closeSeconds;

/**
 * The router's pod. It writes to its journal alone, which outlives its container (a crash, a kill for memory: the next one
 * takes it over), but not its pod. A pod that drains hands everything to the database first. What a node's loss takes is
 * what the database had not got yet: some 250 ms, or all since it is away; budgets keep that as spent, because what was
 * reserved in Redis is never given back.
 */
export function routerPod(args: RouterPodArgs): Template {
  const { version, config, security, resources } = args;
  const party = { name: shared.workload, version };
  const { volumes, volumeMounts } = volumesOf(args);
  return {
    metadata: { labels: labelsOf(party), annotations: { "hybrid-llm/config": args.configHash } },
    spec: {
      serviceAccountName: shared.serviceAccount,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: restrictedPod(),
      terminationGracePeriodSeconds: terminationSeconds(config),
      topologySpreadConstraints: topologySpread(selectorOf(party)),
      containers: [
        {
          name: "router",
          image: args.image,
          env: [
            { name: "ROUTER_CONFIG", value: `${mounts.config}/router.json` },
            // The stores' certificates are of the stack's own authority.
            { name: "NODE_EXTRA_CA_CERTS", value: `${mounts.trust}/ca.pem` },
          ],
          envFrom: [{ secretRef: { name: args.environmentSecret } }],
          ports: [{ name: "http", containerPort: portOf(security) }],
          resources: {
            requests: { cpu: resources.cpu, memory: resources.memory, "ephemeral-storage": "64Mi" },
            limits: { memory: resources.memory },
          },
          securityContext: restrictedContainer(),
          lifecycle: { preStop: { sleep: { seconds: preStopSeconds } } },
          ...probes(security),
          volumeMounts,
        },
      ],
      volumes,
    },
  };
}

/** More than the journal may grow to: a pod that fills its volume is evicted, and its journal with it. */
const journalMebibytes = ({ ledger }: RouterConfig): number =>
  Math.ceil((ledger.journal.maxBytes * 1.25) / 1_048_576) + 64;

function volumesOf(args: RouterPodArgs): { volumes: Volume[]; volumeMounts: Mount[] } {
  const all: { volume: Volume; at: string; writable?: true }[] = [
    { volume: { name: "config", configMap: { name: args.configMap } }, at: mounts.config },
    {
      volume: { name: "keys", projected: { defaultMode: 0o440, sources: keySources(args.keysSecret) } },
      at: mounts.keys,
    },
    { volume: { name: "vault-token", projected: { sources: [vaultToken(args.vaultAudience)] } }, at: mounts.vault },
    {
      volume: { name: "ledger", emptyDir: { sizeLimit: `${journalMebibytes(args.config)}Mi` } },
      at: mounts.ledger,
      writable: true,
    },
  ];
  if (args.security.mode === "tls") {
    const secret = { secretName: shared.certificateSecret, defaultMode: 0o440 };
    all.push({ volume: { name: "tls", secret }, at: mounts.tls });
  }
  all.push({ volume: { name: "trust", configMap: { name: shared.trustConfigMap } }, at: mounts.trust });
  return {
    volumes: all.map(({ volume }) => volume),
    volumeMounts: all.map(({ volume, at, writable }) => ({
      name: volume.name,
      mountPath: at,
      ...(writable ? {} : { readOnly: true }),
    })),
  };
}

/** A file for each provider, by the backend's name. */
const keySources = (prefix: string) =>
  Object.keys(keyVariables).map((backend) => ({
    secret: { name: keySecretOf(backend, prefix), optional: true, items: [{ key: "key", path: backend }] },
  }));

/** The pod's only token: good for Vault and for nothing else, an hour long. */
const vaultToken = (audience: string) => ({
  serviceAccountToken: { audience, expirationSeconds: 3600, path: "token" },
});
