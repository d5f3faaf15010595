import { createHash } from "node:crypto";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { imageParts } from "../charts/index.ts";
import { namespaces } from "../network-policy/index.ts";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import {
  awaiting,
  certificate,
  disruptionBudget,
  type IssuerReference,
  labelsOf,
  restrictedContainer,
  restrictedPod,
  selectorOf,
  topologySpread,
} from "../workload/index.ts";
import { pgbouncerIni, poolerMounts } from "./pgbouncer-settings.ts";
import { hostOf, ports, storeSecrets } from "./places.ts";
import type { PoolerSettings } from "./postgres-spec.ts";
import { reloader } from "./reloader.ts";
import { serverCertificate } from "./server-certificate.ts";
import { dataImages } from "./versions.ts";

/** What a PgBouncer before a database of AWS is made from. */
export interface PgbouncerArgs extends PoolerSettings {
  /** The Service's name, and so the workload's. */
  readonly service: string;
  readonly hosts: readonly pulumi.Input<string>[];
  /** The authority of the database's certificate, PEM. Without it the connection is encrypted, and not checked. */
  readonly databaseCa?: pulumi.Input<string> | undefined;
  readonly issuer: IssuerReference;
  readonly credentialsReady: boolean;
}

const typeToken = "hybrid-llm:data:Pgbouncer";

/**
 * PgBouncer in transaction mode before a database that AWS runs: where CloudNativePG's stands before one in the cluster,
 * under the same name. It takes up a renewed certificate and another password by itself.
 *
 * Cost: 105m CPU and 160 MiB, for each instance.
 */
export class Pgbouncer extends RegionComponent<RegionScope> {
  constructor(name: string, scope: RegionScope, args: PgbouncerArgs, opts?: pulumi.ComponentResourceOptions) {
    const { service, instances, credentialsReady } = args;
    super(typeToken, name, scope, { service, instances, serverConnections: args.serverConnections }, opts);
    const party = { name: service };
    const metadata = { name: service, namespace: namespaces.data, labels: labelsOf(party) };
    const tls = `${service}-tls`;
    new kubernetes.apiextensions.CustomResource(
      this.named("certificate"),
      certificate(
        { ...metadata, name: tls },
        serverCertificate(args.issuer, tls, [service, `${service}.${namespaces.data}.svc`, hostOf(service)]),
      ),
      this.own(),
    );
    const settings = pulumi.all([...args.hosts]).apply((hosts) =>
      pgbouncerIni({
        hosts,
        verified: args.databaseCa !== undefined,
        instances,
        clientConnections: args.clientConnections,
        serverConnections: args.serverConnections,
      }),
    );
    const config = new kubernetes.core.v1.ConfigMap(
      this.named("settings"),
      {
        metadata,
        data: {
          "pgbouncer.ini": settings,
          ...(args.databaseCa === undefined ? {} : { "ca.pem": args.databaseCa }),
        },
      },
      this.own(),
    );
    new kubernetes.core.v1.ServiceAccount(
      this.named("service-account"),
      { metadata, automountServiceAccountToken: false },
      this.own(),
    );
    new kubernetes.apps.v1.Deployment(
      this.named("deployment"),
      {
        metadata: { ...metadata, ...awaiting(credentialsReady) },
        spec: {
          replicas: instances,
          selector: { matchLabels: selectorOf(party) },
          strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
          template: {
            metadata: {
              labels: labelsOf(party),
              // Another database is another pod.
              annotations: { "hybrid-llm/settings": settings.apply(shortHash) },
            },
            spec: podSpec(service, tls, imageParts(scope, dataImages.pgbouncer).reference),
          },
        },
      },
      this.own({ dependsOn: config }),
    );
    new kubernetes.core.v1.Service(
      this.named("service"),
      {
        metadata,
        spec: {
          selector: selectorOf(party),
          ports: [{ name: "postgres", port: ports.postgres, targetPort: "postgres" }],
        },
      },
      this.own(),
    );
    new kubernetes.policy.v1.PodDisruptionBudget(
      this.named("disruption-budget"),
      { metadata, spec: disruptionBudget(selectorOf(party)) },
      this.own(),
    );
    this.registerOutputs({});
  }
}

const shortHash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 12);

function podSpec(service: string, tls: string, image: string): kubernetes.types.input.core.v1.PodSpec {
  const mounts = [
    { name: "settings", mountPath: poolerMounts.settings, readOnly: true },
    { name: "settings", mountPath: poolerMounts.authority, readOnly: true },
    { name: "users", mountPath: poolerMounts.users, readOnly: true },
    { name: "tls", mountPath: poolerMounts.tls, readOnly: true },
  ];
  const answers = { tcpSocket: { port: "postgres" } };
  return {
    serviceAccountName: service,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: restrictedPod(),
    shareProcessNamespace: true,
    // A transaction that is under way comes to its end.
    terminationGracePeriodSeconds: 60,
    topologySpreadConstraints: topologySpread(selectorOf({ name: service })),
    containers: [
      {
        name: "pgbouncer",
        image,
        command: ["/usr/bin/pgbouncer", `${poolerMounts.settings}/pgbouncer.ini`],
        ports: [{ name: "postgres", containerPort: ports.postgres }],
        resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "128Mi" } },
        securityContext: restrictedContainer(),
        lifecycle: { preStop: { sleep: { seconds: 5 } } },
        startupProbe: { ...answers, periodSeconds: 1, failureThreshold: 30 },
        readinessProbe: { ...answers, periodSeconds: 5, failureThreshold: 2 },
        livenessProbe: { ...answers, periodSeconds: 10, failureThreshold: 6 },
        volumeMounts: mounts,
      },
      reloader({
        image,
        process: "pgbouncer",
        files: [`${poolerMounts.tls}/tls.crt`, `${poolerMounts.users}/userlist.txt`],
        mounts,
      }),
    ],
    volumes: [
      { name: "settings", configMap: { name: service } },
      { name: "users", secret: { secretName: storeSecrets.poolerUsers, defaultMode: 0o440 } },
      { name: "tls", secret: { secretName: tls, defaultMode: 0o440 } },
    ],
  };
}
