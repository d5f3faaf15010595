import * as pulumi from "@pulumi/pulumi";

/**
 * From here on, a resource without an explicit provider is refused where it's written, whatever package it is of: a
 * default provider would take its region and account from the environment of whoever runs the program.
 */
export function refuseDefaultProviders(): void {
  pulumi.runtime.registerStackTransformation(({ resource, type, name, opts }) => {
    if (resource instanceof pulumi.ComponentResource || packageOf(type) === "pulumi") return undefined;
    const { provider } = opts as pulumi.CustomResourceOptions;
    if (provider === undefined && opts.parent?.getProvider(type) === undefined) {
      throw new pulumi.ResourceError(
        `${name} (${type}) has no explicit provider: make it a child of a component of its region`,
        opts.parent,
      );
    }
    return undefined;
  });
}

const packageOf = (type: string): string => type.split(":")[0] ?? "";
