/** Why something isn't done, and how to get the provider that does it. `what` as in "create aws:ec2/vpc:Vpc". */
export function refusal(name: string, version: string, what: string): string {
  return [
    `can't ${what}: the ${name} provider in use is the offline one, which only plans. Get the official one:`,
    "  1. with access to get.pulumi.com: npm run doctor -- --retry",
    `  2. without: pulumi plugin install resource ${name} ${version} --file FOLDER_OR_TARBALL, in your own PULUMI_HOME`,
  ].join("\n");
}
