import { describe, expect, it } from "vitest";
import { allow, allowReading, policyDocument, trusting } from "../../../infra/iam/index.ts";

describe("a policy", () => {
  it("is the same text whatever the order of its parts", () => {
    const arn = "arn:aws:sqs:eu-west-1:123456789012:queue";
    expect(policyDocument([allow(["sqs:ReceiveMessage", "sqs:DeleteMessage"], [arn])])).toBe(
      policyDocument([allow(["sqs:DeleteMessage", "sqs:ReceiveMessage"], [arn])]),
    );
    expect(JSON.parse(trusting("ec2.amazonaws.com")).Statement[0]).toEqual({
      Effect: "Allow",
      Principal: { Service: "ec2.amazonaws.com" },
      Action: ["sts:AssumeRole"],
    });
  });

  it("allows every resource to what only reads, and to nothing else", () => {
    expect(allowReading(["ec2:DescribeVpcs"]).Resource).toEqual(["*"]);
    expect(() => allowReading(["ec2:DescribeVpcs", "ec2:RunInstances"])).toThrow("ec2:RunInstances is more");
    expect(() => allow(["ec2:RunInstances"], [])).toThrow(RangeError);
  });
});
