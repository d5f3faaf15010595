import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { allow, policyDocument, trusting } from "../iam/index.ts";
import { type AwsScope, costIn, logsKept, RegionComponent } from "../region/index.ts";

/** Refused connections alone, or every one. */
export type FlowLogsTraffic = "rejected" | "all";

export interface FlowLogsArgs {
  readonly vpcId: pulumi.Input<string>;
  readonly traffic: FlowLogsTraffic;
  /** @default 30 */
  readonly retentionDays?: number;
}

/** How much of all that a region logs these are. */
const share = { rejected: 0.1, all: 2 } as const;
const typeToken = "hybrid-llm:network:FlowLogs";

/**
 * Who connected to whom, or tried to, in a log group of CloudWatch.
 *
 * Cost: by the GB, written and kept; `rejected` is a small part of `all`.
 */
export class FlowLogs extends RegionComponent<AwsScope> {
  constructor(name: string, scope: AwsScope, args: FlowLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    const { vpcId, traffic, retentionDays = 30 } = args;
    const logsGB = scope.use.logsGB * share[traffic];
    super(
      typeToken,
      name,
      scope,
      { traffic, retentionDays, ...costIn(scope, { usage: logsKept(logsGB, retentionDays) }) },
      opts,
    );
    const group = new aws.cloudwatch.LogGroup(
      this.named("group"),
      { name: `/hybrid-llm/${scope.physical("flow-logs")}`, retentionInDays: retentionDays },
      this.own(),
    );
    const role = new aws.iam.Role(
      this.named("role"),
      { name: scope.physical("flow-logs"), assumeRolePolicy: trusting("vpc-flow-logs.amazonaws.com") },
      this.own(),
    );
    new aws.iam.RolePolicy(
      this.named("policy"),
      {
        role: role.name,
        policy: group.arn.apply((arn) =>
          policyDocument([
            allow(
              ["logs:CreateLogStream", "logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:PutLogEvents"],
              [arn, `${arn}:*`],
            ),
          ]),
        ),
      },
      this.own(),
    );
    new aws.ec2.FlowLog(
      this.named("log"),
      {
        vpcId,
        trafficType: { rejected: "REJECT", all: "ALL" }[traffic],
        logDestinationType: "cloud-watch-logs",
        logDestination: group.arn,
        iamRoleArn: role.arn,
      },
      this.own(),
    );
    this.registerOutputs({});
  }
}
