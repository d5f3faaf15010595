import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import { labelsOf } from "../workload/index.ts";
import { syncAccount } from "./places.ts";
import {
  authObject,
  connectionObject,
  type SyncedObject,
  type SyncedSecret,
  secretObject,
  syncNames,
} from "./synced.ts";

/** What a namespace gets of Vault. */
export interface SyncArgs {
  readonly namespace: string;
  readonly address: pulumi.Input<string>;
  /** The roots that Vault's certificate is checked against, PEM. @default the world's */
  readonly trustBundlePem?: pulumi.Input<string> | undefined;
  /** The path of the auth method. */
  readonly authPath: string;
  /** Vault's role for this namespace. */
  readonly role: string;
  readonly secrets: readonly SyncedSecret[];
}

const typeToken = "hybrid-llm:secrets:Sync";
const labels = labelsOf({ name: syncAccount });

/**
 * Secrets of one namespace whose content Vault holds. Their values pass from Vault to the cluster; this program has names
 * and templates alone.
 *
 * Cost: none.
 */
export class Sync extends RegionComponent<RegionScope> {
  constructor(name: string, scope: RegionScope, args: SyncArgs, opts?: pulumi.ComponentResourceOptions) {
    super(typeToken, name, scope, { secrets: args.secrets.map((secret) => secret.name) }, opts);
    const { authPath, role, address } = args;
    const at = (what: string) => ({ name: what, namespace: args.namespace, labels });
    const account = new kubernetes.core.v1.ServiceAccount(
      this.named("service-account"),
      { metadata: at(syncAccount), automountServiceAccountToken: false },
      this.own(),
    );
    const authority = this.#createAuthority(args);
    const connected = connectionObject(at(syncNames.connection), address, authority.length > 0);
    const connection = this.#create("connection", connected, authority);
    const auth = this.#create("auth", authObject(at(syncNames.auth), authPath, role), [connection, account]);
    for (const secret of args.secrets) this.#create(secret.name, secretObject(at(secret.name), secret), [auth]);
    this.registerOutputs({});
  }

  #createAuthority({ namespace, trustBundlePem }: SyncArgs): pulumi.Resource[] {
    if (trustBundlePem === undefined) return [];
    const metadata = { name: syncNames.authority, namespace, labels };
    return [
      new kubernetes.core.v1.Secret(
        this.named("authority"),
        { metadata, stringData: { "ca.crt": trustBundlePem } },
        this.own(),
      ),
    ];
  }

  #create(what: string, object: SyncedObject, dependsOn: pulumi.Resource[]): pulumi.Resource {
    return new kubernetes.apiextensions.CustomResource(this.named(what), object, this.own({ dependsOn }));
  }
}
