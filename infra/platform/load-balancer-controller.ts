import type * as pulumi from "@pulumi/pulumi";
import { type Chart, ChartRelease, imageParts, type Resources, requested } from "../charts/index.ts";
import { PodRole, policyDocument } from "../iam/index.ts";
import { type CloudRegionScope, RegionComponent } from "../region/index.ts";
import { charts } from "../versions.ts";
import { loadBalancerPolicy } from "./load-balancer-policy.ts";

/** What a Service of type LoadBalancer names as its class: EKS itself would make a classic load balancer of it. */
export const loadBalancerClass = "service.k8s.aws/nlb";

/** Where load balancers are made. */
export interface LoadBalancerControllerArgs {
  readonly clusterName: string;
  /** The VPC's `Name` tag: plain, so that a plan knows the chart's values before the VPC has an id. */
  readonly vpcName: string;
}

const account = { namespace: "kube-system", serviceAccount: "aws-load-balancer-controller" };
const resources: Resources = { cpu: "100m", memory: "256Mi" };
const typeToken = "hybrid-llm:platform:LoadBalancerController";

/**
 * AWS's load-balancer controller: makes an NLB of each Service of type LoadBalancer that names its class. Its webhook, by
 * which every Service would get that class, is off: no Service at all could be made while the controller isn't ready.
 *
 * Cost: 100m CPU and 256 MiB, twice that in production. Each load balancer that a service asks for costs by the hour and
 * by what passes through it.
 */
export class LoadBalancerController extends RegionComponent<CloudRegionScope> {
  constructor(
    name: string,
    scope: CloudRegionScope,
    { clusterName, vpcName }: LoadBalancerControllerArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(typeToken, name, scope, {}, opts);
    const role = new PodRole(
      this.named("identity"),
      scope,
      {
        ...account,
        clusterName,
        purpose: "load-balancer-controller",
        policy: policyDocument(loadBalancerPolicy(clusterName, scope.name)),
      },
      this.own(),
    );
    const replicas = scope.production ? 2 : 1;
    const { repository, pinnedTag } = imageParts(scope, charts.loadBalancerController.images.controller);
    new ChartRelease(
      this.named("chart"),
      scope,
      {
        chart: controllerChart(replicas),
        namespace: account.namespace,
        values: {
          clusterName,
          region: scope.name,
          vpcTags: { Name: vpcName },
          image: { repository, tag: pinnedTag },
          replicaCount: replicas,
          serviceAccount: { create: true, name: account.serviceAccount },
          resources: requested(resources),
          enableServiceMutatorWebhook: false,
          enableShield: false,
          enableWaf: false,
          enableWafv2: false,
          // The webhook's certificate would be made anew, and show as a change, by every run of Helm.
          keepTLSSecret: true,
        },
      },
      // A pod that starts before its association has no credentials until it's started again.
      this.own({ dependsOn: role }),
    );
    this.registerOutputs({});
  }
}

function controllerChart(replicas: number): Chart {
  return {
    ...charts.loadBalancerController,
    workloads: [
      { kind: "Deployment", name: "aws-load-balancer-controller", replicas, images: ["controller"], resources },
    ],
    services: [{ name: "aws-load-balancer-webhook-service", type: "ClusterIP", ports: [443] }],
    apiGroups: ["elbv2.k8s.aws"],
  };
}
