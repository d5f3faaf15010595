import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type CloudRegionScope, RegionComponent } from "../region/index.ts";

/** The name of the default class in AWS. */
export const storageClassName = "gp3";

const typeToken = "hybrid-llm:platform:Storage";

/**
 * The default class of volumes in AWS: encrypted gp3, made in the zone of the pod that claims it. What is in production
 * outlives its claim.
 *
 * Cost: none by itself; volumes by the GiB-month.
 */
export class Storage extends RegionComponent<CloudRegionScope> {
  readonly storageClass: kubernetes.storage.v1.StorageClass;

  constructor(name: string, scope: CloudRegionScope, opts?: pulumi.ComponentResourceOptions) {
    super(typeToken, name, scope, {}, opts);
    this.storageClass = new kubernetes.storage.v1.StorageClass(
      this.named("class"),
      {
        metadata: {
          name: storageClassName,
          annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
        },
        provisioner: "ebs.csi.aws.com",
        parameters: { type: "gp3", encrypted: "true" },
        volumeBindingMode: "WaitForFirstConsumer",
        allowVolumeExpansion: true,
        reclaimPolicy: scope.production ? "Retain" : "Delete",
      },
      this.own(),
    );
    this.registerOutputs({});
  }
}
