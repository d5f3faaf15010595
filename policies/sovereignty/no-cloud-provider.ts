import { linkTo, type Policy } from "../pack/policy.ts";
import { airgapConfig, isAirgapped } from "./airgap.ts";

const name = "no-cloud-provider";

/** Packages that reach nothing outside of the clusters that they are given. */
const own = ["hybrid-llm", "kubernetes", "machine", "pulumi", "tls", "vault"];

/** `aws` of `aws:s3/bucket:Bucket`, and of `pulumi:providers:aws`. */
function packageOf(type: string): string {
  const [first = "", second, third = ""] = type.split(":");
  return first === "pulumi" && second === "providers" ? third : first;
}

/** A stack without internet has nothing at any cloud. */
export const noCloudProvider: Policy = {
  name,
  level: "mandatory",
  reason: "A stack without internet has nothing at any cloud.",
  link: linkTo(name),
  fix: "take the resource out, or use what the clusters have",
  config: airgapConfig,
  check: {
    of: "resource",
    applies: (type) => !own.includes(packageOf(type)),
    violations: ({ type }, plan) => (isAirgapped(plan) ? [`it is of ${packageOf(type)}`] : []),
  },
};
