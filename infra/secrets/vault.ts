import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { imageParts } from "../charts/index.ts";
import { serverCertificate } from "../data/index.ts";
import { allow, PodRole, policyDocument } from "../iam/index.ts";
import { namespaces } from "../network-policy/index.ts";
import { about, costIn, keyUses, RegionComponent, type RegionScope } from "../region/index.ts";
import { certificate, disruptionBudget, type IssuerReference, labelsOf, selectorOf } from "../workload/index.ts";
import { vaultHosts, vaultNames, vaultPorts, vaultServerUrl } from "./places.ts";
import { toolPod, vaultPod } from "./vault-pod.ts";
import { initScript, settingsFiles, type TransitUnseal, type Unseal, vaultFolders } from "./vault-settings.ts";
import { vaultImage } from "./versions.ts";

/** How Vault is unsealed, as the stack says it. */
export type UnsealChoice = { readonly by: "kms" | "shamir" } | TransitUnseal;

/** What a region's Vault is made from. */
export interface VaultArgs {
  readonly replicas: 1 | 3 | 5;
  readonly storageGiB: number;
  readonly unseal: UnsealChoice;
  /** PGP public keys, armoured: of those among whom the recovery keys are shared out. @default none */
  readonly custodianKeys?: readonly string[];
  readonly issuer: IssuerReference;
  /** In AWS. */
  readonly clusterName?: string | undefined;
}

const typeToken = "hybrid-llm:secrets:Vault";
const party = { name: vaultNames.service };
const metadata = { name: vaultNames.service, namespace: namespaces.vault, labels: labelsOf(party) };
const unsealSecret = "vault-unseal";

/**
 * Vault with raft on volumes of its own, TLS from the region's authority, unsealed by itself but with `shamir`. A job
 * initialises it once: root token and recovery keys lie then in the file `init.json` of the claim `vault-recovery`, and
 * nowhere else. Whoever takes them from there shares them out and deletes the claim.
 *
 * Cost: for each server 255m CPU, 544 MiB, `storageGiB` and 10 GiB of volume; with `kms` a key by the month.
 */
export class Vault extends RegionComponent<RegionScope> {
  /** @throws RangeError where `kms` is chosen outside of AWS */
  constructor(name: string, scope: RegionScope, args: VaultArgs, opts?: pulumi.ComponentResourceOptions) {
    const { replicas, storageGiB, unseal, custodianKeys = [] } = args;
    if (unseal.by === "kms" && (scope.aws === undefined || args.clusterName === undefined)) throw withoutKms();
    const cost = unseal.by === "kms" ? costIn(scope, { usage: { "kms.requests": about(keyUses) } }) : {};
    super(typeToken, name, scope, { replicas, storageGiB, unseal: unseal.by, ...cost }, opts);
    const { seal, after } = this.#createSeal(args);
    const image = imageParts(scope, vaultImage).reference;

    const tls = new kubernetes.apiextensions.CustomResource(
      this.named("certificate"),
      certificate(
        { ...metadata, name: vaultNames.certificate },
        serverCertificate(args.issuer, vaultNames.certificate, vaultHosts()),
      ),
      this.own(),
    );
    const settings = new kubernetes.core.v1.ConfigMap(
      this.named("settings"),
      { metadata, data: settingsFiles({ replicas, unseal: seal }) },
      this.own(),
    );
    const account = this.#createAccount();
    this.#createServices();
    const servers = new kubernetes.apps.v1.StatefulSet(
      this.named("servers"),
      {
        // A server is ready once somebody, or the job after this, has initialised it.
        metadata: { ...metadata, annotations: { "pulumi.com/skipAwait": "true" } },
        spec: {
          replicas,
          serviceName: vaultNames.pods,
          podManagementPolicy: "Parallel",
          // One after the other, by hand or by a drain: an update at once could lose the majority.
          updateStrategy: { type: "RollingUpdate" },
          selector: { matchLabels: selectorOf(party) },
          persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
          volumeClaimTemplates: [claim("data", storageGiB), claim("audit", 10)],
          template: vaultPod(image, seal.by === "transit" ? unsealSecret : undefined),
        },
      },
      this.own({ dependsOn: [tls, settings, account, ...after], protect: scope.production }),
    );
    new kubernetes.policy.v1.PodDisruptionBudget(
      this.named("disruption-budget"),
      { metadata, spec: disruptionBudget(selectorOf(party)) },
      this.own(),
    );
    this.#createInit(image, seal, custodianKeys, servers);
    this.registerOutputs({});
  }

  #createSeal({ unseal, clusterName }: VaultArgs): { seal: Unseal; after: pulumi.Resource[] } {
    if (unseal.by === "transit") return { seal: unseal, after: [] };
    if (unseal.by === "shamir") return { seal: { by: "shamir" }, after: [] };
    const { scope } = this;
    if (scope.aws === undefined || clusterName === undefined) throw withoutKms();
    const key = new aws.kms.Key(
      this.named("unseal-key"),
      {
        description: `Unseals Vault of ${scope.physical("vault")}: deleted, nobody can read it any more`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
      },
      this.own({ protect: scope.production }),
    );
    const keyAlias = `alias/${scope.physical("vault")}`;
    const alias = new aws.kms.Alias(
      this.named("unseal-key-alias"),
      { name: keyAlias, targetKeyId: key.keyId },
      this.own(),
    );
    const role = new PodRole(
      this.named("identity"),
      { ...scope, aws: scope.aws },
      {
        clusterName,
        namespace: namespaces.vault,
        serviceAccount: vaultNames.service,
        purpose: "vault",
        policy: key.arn.apply((arn) =>
          policyDocument([allow(["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt"], [arn])]),
        ),
      },
      this.own(),
    );
    return { seal: { by: "kms", keyAlias, region: scope.name }, after: [alias, role] };
  }

  #createAccount(): pulumi.Resource {
    const account = new kubernetes.core.v1.ServiceAccount(
      this.named("service-account"),
      { metadata, automountServiceAccountToken: false },
      this.own(),
    );
    // It asks the API server whose tokens are shown to it.
    return new kubernetes.rbac.v1.ClusterRoleBinding(
      this.named("token-review"),
      {
        metadata: { name: "hybrid-llm-vault-token-review", labels: labelsOf(party) },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:auth-delegator" },
        subjects: [{ kind: "ServiceAccount", name: vaultNames.service, namespace: namespaces.vault }],
      },
      this.own({ dependsOn: account }),
    );
  }

  #createServices(): void {
    const api = { name: "api", port: vaultPorts.api, targetPort: "api" };
    new kubernetes.core.v1.Service(
      this.named("service"),
      { metadata, spec: { selector: selectorOf(party), ports: [api] } },
      this.own(),
    );
    new kubernetes.core.v1.Service(
      this.named("pods"),
      {
        metadata: { ...metadata, name: vaultNames.pods },
        spec: {
          clusterIP: "None",
          publishNotReadyAddresses: true,
          selector: selectorOf(party),
          ports: [api, { name: "cluster", port: vaultPorts.cluster, targetPort: "cluster" }],
        },
      },
      this.own(),
    );
  }

  #createInit(image: string, seal: Unseal, custodianKeys: readonly string[], servers: pulumi.Resource): void {
    const job = { name: "vault-init" };
    const labels = labelsOf(job);
    const at = { namespace: namespaces.vault, labels };
    const recovery = new kubernetes.core.v1.PersistentVolumeClaim(
      this.named("recovery"),
      {
        // A volume that waits for its first pod would never be bound before it.
        metadata: { ...at, name: vaultNames.recoveryClaim, annotations: { "pulumi.com/skipAwait": "true" } },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
      },
      // Whoever has taken the keys deletes it; with the stack it must not go before.
      this.own({ retainOnDelete: true }),
    );
    const custodians =
      custodianKeys.length === 0
        ? []
        : [
            new kubernetes.core.v1.ConfigMap(
              this.named("custodians"),
              {
                metadata: { ...at, name: "vault-custodians" },
                data: Object.fromEntries(custodianKeys.map((key, index) => [`${index}.asc`, key])),
              },
              this.own(),
            ),
          ];
    new kubernetes.batch.v1.Job(
      this.named("init"),
      {
        metadata: { ...at, name: job.name },
        spec: {
          backoffLimit: 5,
          template: {
            metadata: { labels },
            spec: toolPod({
              name: "init",
              image,
              script: initScript(seal, custodianKeys.length, vaultNames.recoveryFile),
              address: vaultServerUrl(0),
              volumes: [
                {
                  name: "recovery",
                  at: vaultFolders.recovery,
                  persistentVolumeClaim: { claimName: vaultNames.recoveryClaim },
                },
                ...(custodians.length === 0
                  ? []
                  : [{ name: "custodians", at: vaultFolders.custodians, configMap: { name: "vault-custodians" } }]),
              ],
            }),
          },
        },
      },
      this.own({ dependsOn: [servers, recovery, ...custodians], ignoreChanges: ["spec"] }),
    );
  }
}

const withoutKms = () => new RangeError("secrets.vault.unseal: kms; allowed without AWS are transit and shamir");

const claim = (name: string, gib: number): kubernetes.types.input.core.v1.PersistentVolumeClaim => ({
  metadata: { name },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: `${gib}Gi` } } },
});
