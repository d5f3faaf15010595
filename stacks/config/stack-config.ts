import { z } from "zod";
import { AirgapStack, CloudStack, ClusterStack, LocalStack } from "./kinds.ts";
import { conflicts } from "./rules.ts";

/** What a stack is, in one value: the `hybrid-llm:stack` key of Pulumi.<stack>.yaml. */
export const StackConfig = z
  .discriminatedUnion("kind", [LocalStack, ClusterStack, CloudStack, AirgapStack])
  .superRefine((stack, context) => {
    for (const { path, allowed, fix } of conflicts(stack)) {
      context.addIssue({ code: "custom", path, message: allowed, params: { allowed, fix } });
    }
  });
export type StackConfig = z.infer<typeof StackConfig>;
