import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { renderJson } from "../../runtime/config/index.ts";
import { type AwsScope, about, costIn, RegionComponent } from "../region/index.ts";

/** Which images are kept. */
export interface ImageRepositoryArgs {
  /** The AWS account, 12 digits. */
  readonly accountId: string;
  /** Such as `router`. */
  readonly image: string;
  /** Images without a tag are removed after so many days. @default 14 */
  readonly untaggedDays?: number;
}

/** Some tens of images of a few hundred megabytes, most of whose layers are the same. */
const imagesGB = 10;
const typeToken = "hybrid-llm:platform:ImageRepository";

/**
 * A region's own repository of an image, so that no region pulls from another. A tag is never moved, and every image is
 * scanned when it's pushed.
 *
 * Cost: by the GB-month.
 */
export class ImageRepository extends RegionComponent<AwsScope> {
  /** Without tag or digest; known before it's there, so that a plan shows what runs. */
  readonly url: string;

  constructor(name: string, scope: AwsScope, args: ImageRepositoryArgs, opts?: pulumi.ComponentResourceOptions) {
    const { accountId, image, untaggedDays = 14 } = args;
    super(typeToken, name, scope, { image, ...costIn(scope, { usage: { "ecr.storage": about(imagesGB) } }) }, opts);
    const repository = new aws.ecr.Repository(
      this.named("repository"),
      {
        name: pathOf(scope, image),
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [{ encryptionType: "KMS" }],
        forceDelete: !scope.production,
      },
      this.own({ protect: scope.production }),
    );
    new aws.ecr.LifecyclePolicy(
      this.named("lifecycle"),
      { repository: repository.name, policy: renderJson({ rules: [expiryOf(untaggedDays)] }) },
      this.own(),
    );
    this.url = repositoryUrl(accountId, scope, image);
    this.registerOutputs({ url: this.url });
  }
}

type Region = Pick<AwsScope, "stack" | "name">;

const pathOf = ({ stack }: Pick<Region, "stack">, image: string): string => `${stack}/${image}`;

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html */
export const registryHost = (accountId: string, region: string): string =>
  `${accountId}.dkr.ecr.${region}.amazonaws.com`;

/** Where a region's images are, without tag and digest. */
export const repositoryUrl = (accountId: string, region: Region, image: string): string =>
  `${registryHost(accountId, region.name)}/${pathOf(region, image)}`;

function expiryOf(days: number): Record<string, unknown> {
  return {
    rulePriority: 1,
    description: `Images without a tag, ${days} days after their push`,
    selection: { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber: days },
    action: { type: "expire" },
  };
}
