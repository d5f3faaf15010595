import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { compose } from "./compose.ts";
import { configKey, parseStackConfig } from "./config/index.ts";
import { refuseOverBudget } from "./plan/index.ts";

// The SDK has every stack trace mapped back through source maps. Node takes types out in place: positions are right as
// they are.
Reflect.deleteProperty(Error, "prepareStackTrace");

/** The Pulumi program: checks the stack's configuration once, whole, then its budget, and composes what it describes. */
export default async function main(): Promise<pulumi.Inputs> {
  const stack = pulumi.getStack();
  const value = new pulumi.Config().getObject<unknown>(configKey);
  const config = parseStackConfig(value, join(pulumi.runtime.getRootDirectory(), `Pulumi.${stack}.yaml`));
  await refuseOverBudget(config, { project: pulumi.getProject(), stack });
  return compose(config);
}
