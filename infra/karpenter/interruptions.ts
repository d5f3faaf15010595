import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { renderJson } from "../../runtime/config/index.ts";
import { policyDocument } from "../iam/index.ts";
import { type AwsScope, costIn, RegionComponent } from "../region/index.ts";

/** Events by which AWS says that it will take an instance away, or has. */
const events = {
  health: { source: "aws.health", type: "AWS Health Event" },
  rebalance: { source: "aws.ec2", type: "EC2 Instance Rebalance Recommendation" },
  spot: { source: "aws.ec2", type: "EC2 Spot Instance Interruption Warning" },
  state: { source: "aws.ec2", type: "EC2 Instance State-change Notification" },
} as const;

/** Longer, and the instance is gone anyway. */
const retentionSeconds = 300;
const typeToken = "hybrid-llm:karpenter:Interruptions";

/**
 * The queue by which Karpenter learns that AWS takes an instance away, so that its pods move within the two minutes that
 * a spot instance has left.
 *
 * Cost: by the million requests; cents a month.
 */
export class Interruptions extends RegionComponent<AwsScope> {
  readonly queueName: string;
  readonly queueArn: pulumi.Output<string>;

  constructor(name: string, scope: AwsScope, opts?: pulumi.ComponentResourceOptions) {
    // It asks three times a minute and hears little: below the million requests a month that cost no account anything.
    super(typeToken, name, scope, costIn(scope, { usage: { "sqs.standard": 0 } }), opts);
    this.queueName = scope.physical("karpenter", 80);
    const queue = new aws.sqs.Queue(
      this.named("queue"),
      { name: this.queueName, messageRetentionSeconds: retentionSeconds, sqsManagedSseEnabled: true },
      this.own(),
    );
    this.queueArn = queue.arn;
    const policy = new aws.sqs.QueuePolicy(
      this.named("queue-policy"),
      { queueUrl: queue.url, policy: queue.arn.apply(queuePolicy) },
      this.own(),
    );
    for (const [what, { source, type }] of Object.entries(events)) {
      const rule = new aws.cloudwatch.EventRule(
        this.named(what),
        {
          name: scope.physical(`karpenter-${what}`),
          eventPattern: renderJson({ source: [source], "detail-type": [type] }),
        },
        this.own(),
      );
      new aws.cloudwatch.EventTarget(
        this.named(`${what}-target`),
        { rule: rule.name, targetId: "karpenter", arn: queue.arn },
        this.own({ dependsOn: policy }),
      );
    }
    this.registerOutputs({ queueName: this.queueName });
  }
}

/** Events come from AWS alone, and nothing comes unencrypted. */
function queuePolicy(arn: string): string {
  return policyDocument([
    {
      Effect: "Allow",
      Principal: { Service: ["events.amazonaws.com", "sqs.amazonaws.com"] },
      Action: ["sqs:SendMessage"],
      Resource: [arn],
    },
    {
      Effect: "Deny",
      Principal: "*",
      Action: ["sqs:*"],
      Resource: [arn],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  ]);
}
