import { z } from "zod";
import { planOnlyProvider } from "../plan/index.ts";
import { replacements } from "./replacements.ts";

const regionForm = /^[a-z]{2}(-[a-z]+)+-\d$/;

/** What isn't a region's name can't be planned for; credentials are not looked at. */
const config = z
  .looseObject({
    region: z
      .string()
      .regex(regionForm, { error: ({ input }) => `${JSON.stringify(input)} is no region; one is us-east-1` })
      .optional(),
  })
  .refine(({ region }) => region !== undefined || process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION, {
    path: ["region"],
    error: "no region is given; give one, or set AWS_REGION",
  });

/** The offline `aws` provider, for all resource types of @pulumi/aws: it plans, nothing else. */
export const provider = planOnlyProvider({
  name: "aws",
  sdk: "@pulumi/aws",
  config,
  replaceOn: replacements,
  replaceOnAlways: ["region"],
  namesItself: true,
  naming: {
    "aws:eks/nodeGroup:NodeGroup": { property: "nodeGroupName", instead: "nodeGroupNamePrefix" },
    "aws:kms/alias:Alias": { property: "name", instead: "namePrefix", from: (name) => `alias/${name}` },
    "aws:rds/cluster:Cluster": { property: "clusterIdentifier", instead: "clusterIdentifierPrefix" },
    "aws:rds/clusterInstance:ClusterInstance": { property: "identifier", instead: "identifierPrefix" },
    "aws:rds/instance:Instance": { property: "identifier", instead: "identifierPrefix" },
    "aws:s3/bucket:Bucket": { property: "bucket", instead: "bucketPrefix", from: (name) => name.toLowerCase() },
  },
  replaceOnConfig: ["region"],
});
