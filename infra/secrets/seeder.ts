import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { imageParts } from "../charts/index.ts";
import { passwordFields } from "../data/index.ts";
import { namespaces } from "../network-policy/index.ts";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import { labelsOf } from "../workload/index.ts";
import { storesPath, vaultAudience, vaultMounts, vaultNames, vaultUrl } from "./places.ts";
import { roles } from "./vault-configuration.ts";
import { toolPod } from "./vault-pod.ts";
import { seedScript, vaultFolders } from "./vault-settings.ts";
import { vaultImage } from "./versions.ts";

const typeToken = "hybrid-llm:secrets:Seeder";
const party = { name: vaultNames.seeder };

/**
 * A job that puts the stores' passwords into Vault, at random, once: so nobody ever has to know or type one, and no state
 * holds it.
 *
 * Cost: some seconds of 50m CPU.
 */
export class Seeder extends RegionComponent<RegionScope> {
  /** What stores wait for. */
  readonly done: pulumi.Resource;

  constructor(
    name: string,
    scope: RegionScope,
    { authPath }: { readonly authPath: string },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(typeToken, name, scope, { path: `${vaultMounts.kv}/${storesPath}` }, opts);
    const metadata = { name: party.name, namespace: namespaces.vault, labels: labelsOf(party) };
    const account = new kubernetes.core.v1.ServiceAccount(
      this.named("service-account"),
      { metadata, automountServiceAccountToken: false },
      this.own(),
    );
    const token = { audience: vaultAudience, expirationSeconds: 600, path: "token" };
    this.done = new kubernetes.batch.v1.Job(
      this.named("job"),
      {
        metadata,
        spec: {
          backoffLimit: 5,
          template: {
            metadata: { labels: labelsOf(party) },
            spec: toolPod({
              name: "seed",
              image: imageParts(scope, vaultImage).reference,
              script: seedScript({
                authPath,
                role: roles.seeder,
                mount: vaultMounts.kv,
                path: storesPath,
                fields: Object.values(passwordFields),
              }),
              address: vaultUrl,
              serviceAccount: party.name,
              volumes: [
                { name: "token", at: vaultFolders.token, projected: { sources: [{ serviceAccountToken: token }] } },
              ],
            }),
          },
        },
      },
      this.own({ dependsOn: account }),
    );
    this.registerOutputs({});
  }
}
