import * as aws from "@pulumi/aws";

/** Of the stack's account and no other, whatever credentials whoever runs `up` has in the environment. */
export const awsProvider = (
  name: string,
  region: string,
  accountId: string,
  tags: Readonly<Record<string, string>>,
): aws.Provider =>
  new aws.Provider(name, { region: region as aws.Region, allowedAccountIds: [accountId], defaultTags: { tags } });
