import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "./config/index.ts";

const typeToken = "hybrid-llm:stack:Facts";

/** What the policies are told of a stack, by its own registration: see docs/policies.md. */
export class StackFacts extends pulumi.ComponentResource {
  constructor(stack: StackConfig) {
    super(typeToken, "stack", factsOf(stack));
    this.registerOutputs({});
  }

  /** Policies judge a resource when it is registered, so this must be before: what they don't know yet, they refuse. */
  registered(): Promise<string> {
    return new Promise((resolve) => {
      this.urn.apply(resolve);
    });
  }
}

function factsOf(stack: StackConfig): pulumi.Inputs {
  const airgap = stack.kind === "airgap" ? stack.airgap : undefined;
  return {
    kind: stack.kind,
    budget: { ...stack.budget },
    airgapped: airgap !== undefined,
    ...(airgap === undefined ? {} : { registryMirror: airgap.registryMirror }),
    production: stack.kind === "cloud" && stack.production,
  };
}
