import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type AwsScope, RegionComponent } from "../region/index.ts";
import { trustingPods } from "./policy.ts";

/** Which pods may do what. */
export interface PodRoleArgs {
  readonly clusterName: pulumi.Input<string>;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Part of the role's physical name. */
  readonly purpose: string;
  /** What they may do: a document by `policyDocument`. */
  readonly policy: pulumi.Input<string>;
}

const typeToken = "hybrid-llm:iam:PodRole";

/**
 * A role that the pods of one service account have, by EKS Pod Identity: no key, no annotation, and no trust in the
 * cluster's whole OIDC provider.
 *
 * Cost: none.
 */
export class PodRole extends RegionComponent<AwsScope> {
  readonly arn: pulumi.Output<string>;
  readonly association: aws.eks.PodIdentityAssociation;

  constructor(name: string, scope: AwsScope, args: PodRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    const { clusterName, namespace, serviceAccount, purpose, policy: document } = args;
    super(typeToken, name, scope, { namespace, serviceAccount }, opts);
    const role = new aws.iam.Role(
      this.named("role"),
      { name: scope.physical(purpose), assumeRolePolicy: trustingPods },
      this.own(),
    );
    this.arn = role.arn;
    const policy = new aws.iam.RolePolicy(this.named("policy"), { role: role.name, policy: document }, this.own());
    this.association = new aws.eks.PodIdentityAssociation(
      this.named("association"),
      { clusterName, namespace, serviceAccount, roleArn: role.arn },
      this.own({ dependsOn: policy }),
    );
    this.registerOutputs({ arn: this.arn });
  }
}
