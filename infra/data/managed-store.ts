import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type AwsScope, about, keyUses, RegionComponent } from "../region/index.ts";

/** What a store of AWS stands in. */
export interface ManagedNetwork {
  readonly vpcId: pulumi.Input<string>;
  /** Without a way out. */
  readonly subnetIds: readonly pulumi.Input<string>[];
  /** The security group of the cluster's nodes: nobody else gets in. */
  readonly nodeSecurityGroupId: pulumi.Input<string>;
}

/** What the key of a store costs. */
export const storeKey = {
  lines: { "kms.key": { min: 1, expected: 1, max: 3 } },
  usage: { "kms.requests": about(keyUses) },
} as const;

/** A store that AWS runs: encrypted by a key of its own, reached from the cluster's nodes alone. */
export abstract class ManagedStore extends RegionComponent<AwsScope> {
  protected createKey(description: string): aws.kms.Key {
    const { production } = this.scope;
    return new aws.kms.Key(
      this.named("key"),
      { description, enableKeyRotation: true, deletionWindowInDays: production ? 30 : 7 },
      this.own({ protect: production }),
    );
  }

  /** A security group that lets nodes in at one port, and nothing out. */
  protected createAccess(network: ManagedNetwork, port: number, description: string): pulumi.Output<string> {
    const group = new aws.ec2.SecurityGroup(
      this.named("access"),
      { vpcId: network.vpcId, description, egress: [] },
      this.own(),
    );
    new aws.vpc.SecurityGroupIngressRule(
      this.named("access-nodes"),
      {
        securityGroupId: group.id,
        referencedSecurityGroupId: network.nodeSecurityGroupId,
        ipProtocol: "tcp",
        fromPort: port,
        toPort: port,
      },
      this.own(),
    );
    return group.id;
  }
}
