import type * as kubernetes from "@pulumi/kubernetes";
import { reloader } from "../data/index.ts";
import { labelsOf, restrictedContainer, restrictedPod, selectorOf, topologySpread } from "../workload/index.ts";
import { ownHost, vaultNames, vaultPorts } from "./places.ts";
import { vaultFolders } from "./vault-settings.ts";

type PodTemplate = kubernetes.types.input.core.v1.PodTemplateSpec;

const party = { name: vaultNames.service };

/** Where the command line asks, and what it believes. @param believesRegion else whom the image does */
export const clientEnvironment = (address: string, believesRegion = true) => [
  { name: "VAULT_ADDR", value: address },
  ...(believesRegion ? [{ name: "VAULT_CACERT", value: `${vaultFolders.tls}/ca.crt` }] : []),
  { name: "HOME", value: "/tmp" },
];

/** A server of Vault, and beside it what tells it of a renewed certificate. */
export function vaultPod(image: string, unsealSecret: string | undefined): PodTemplate {
  const mounts = [
    { name: "settings", mountPath: vaultFolders.settings, readOnly: true },
    { name: "tls", mountPath: vaultFolders.tls, readOnly: true },
  ];
  const health = (path: string) => ({
    httpGet: { path, port: "api", scheme: "HTTPS" },
    periodSeconds: 5,
    timeoutSeconds: 5,
  });
  return {
    metadata: { labels: labelsOf(party) },
    spec: {
      serviceAccountName: vaultNames.service,
      // By this token Vault asks the API server whose token a client shows.
      automountServiceAccountToken: true,
      enableServiceLinks: false,
      securityContext: restrictedPod(),
      shareProcessNamespace: true,
      terminationGracePeriodSeconds: 30,
      topologySpreadConstraints: topologySpread(selectorOf(party)),
      affinity: {
        podAntiAffinity: {
          // Two servers on one node would fall together, and with them the majority.
          requiredDuringSchedulingIgnoredDuringExecution: [
            { labelSelector: { matchLabels: selectorOf(party) }, topologyKey: "kubernetes.io/hostname" },
          ],
        },
      },
      containers: [
        {
          name: "vault",
          image,
          command: ["vault", "server", `-config=${vaultFolders.settings}/vault.json`],
          env: [
            { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
            { name: "VAULT_RAFT_NODE_ID", value: "$(POD_NAME)" },
            { name: "VAULT_API_ADDR", value: `https://${ownHost}:${vaultPorts.api}` },
            { name: "VAULT_CLUSTER_ADDR", value: `https://${ownHost}:${vaultPorts.cluster}` },
            // Of the Vault that unseals it, a server would believe the region's authority and no other.
            ...clientEnvironment(`https://${ownHost}:${vaultPorts.api}`, unsealSecret === undefined),
            ...(unsealSecret === undefined
              ? []
              : [{ name: "VAULT_TOKEN", valueFrom: { secretKeyRef: { name: unsealSecret, key: "token" } } }]),
          ],
          ports: [
            { name: "api", containerPort: vaultPorts.api },
            { name: "cluster", containerPort: vaultPorts.cluster },
          ],
          resources: { requests: { cpu: "250m", memory: "512Mi" }, limits: { memory: "512Mi" } },
          securityContext: restrictedContainer(),
          lifecycle: { preStop: { sleep: { seconds: 5 } } },
          readinessProbe: { ...health("/v1/sys/health?standbyok=true"), failureThreshold: 2 },
          // Sealed or not initialised it is alive, and waits for somebody.
          livenessProbe: {
            ...health("/v1/sys/health?standbyok=true&sealedcode=204&uninitcode=204"),
            initialDelaySeconds: 60,
            failureThreshold: 6,
          },
          volumeMounts: [
            ...mounts,
            { name: "data", mountPath: vaultFolders.data },
            { name: "audit", mountPath: vaultFolders.audit },
            { name: "scratch", mountPath: "/tmp" },
          ],
        },
        reloader({ image, process: "vault", files: [`${vaultFolders.tls}/tls.crt`], mounts }),
      ],
      volumes: [
        { name: "settings", configMap: { name: vaultNames.service } },
        { name: "tls", secret: { secretName: vaultNames.certificate, defaultMode: 0o440 } },
        { name: "scratch", emptyDir: { sizeLimit: "64Mi" } },
      ],
    },
  };
}

/** A pod that runs the command line once. */
export function toolPod(args: {
  readonly name: string;
  readonly image: string;
  readonly script: string;
  readonly address: string;
  readonly serviceAccount?: string;
  readonly volumes: readonly (kubernetes.types.input.core.v1.Volume & { readonly name: string; readonly at: string })[];
}): kubernetes.types.input.core.v1.PodSpec {
  const { name, image, script, address, serviceAccount, volumes } = args;
  return {
    ...(serviceAccount === undefined ? {} : { serviceAccountName: serviceAccount }),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    restartPolicy: "OnFailure",
    securityContext: restrictedPod(),
    containers: [
      {
        name,
        image,
        command: ["/bin/sh", "-c", script],
        env: clientEnvironment(address),
        resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "128Mi" } },
        securityContext: restrictedContainer(),
        volumeMounts: [
          { name: "tls", mountPath: `${vaultFolders.tls}`, readOnly: true },
          ...volumes.map(({ name: volume, at }) => ({ name: volume, mountPath: at })),
          { name: "scratch", mountPath: "/tmp" },
        ],
      },
    ],
    volumes: [
      {
        name: "tls",
        secret: {
          secretName: vaultNames.certificate,
          // The authority alone: a tool has no business with the server's key.
          items: [{ key: "ca.crt", path: "ca.crt" }],
        },
      },
      ...volumes.map(({ at: _, ...volume }) => volume),
      { name: "scratch", emptyDir: { sizeLimit: "16Mi" } },
    ],
  };
}
