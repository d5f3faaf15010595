import {
  type Policies,
  PolicyPack,
  type PolicyResource,
  type ResourceValidationArgs,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
} from "@pulumi/policy";
import { plainProperties, type Values } from "../../infra/cost/index.ts";
import { merged, Plan, type PlanResource } from "./plan.ts";
import { type PlanCheck, type Policy, type ResourceCheck, told } from "./policy.ts";

/** A selection of policies under one name. */
export interface Pack {
  readonly name: string;
  readonly description: string;
  readonly policies: readonly Policy[];
}

/** What has been registered so far, by URN: the engine shows a component's inputs only to `validateResource`. */
const registered = new Map<string, PlanResource>();
/** How often something was taken down: the plan at the end is read anew whenever that has gone on. */
let recorded = 0;

/** A policy that judges single resources. */
interface Judge {
  readonly name: string;
  readonly check: ResourceCheck;
  /** URNs of what it has been told to judge, and has not yet. */
  readonly due: Set<string>;
  /** One that is switched off never judges anything. */
  hasJudged: boolean;
}

/** Serves a pack to the engine; once in a process. */
export function servePack({ name, description, policies }: Pack): void {
  new PolicyPack(name, { description, enforcementLevel: "mandatory", policies: servedAs(policies) });
}

/** Policies as the SDK takes them. */
export function servedAs(policies: readonly Policy[]): Policies {
  const judges: Judge[] = [];
  const served = policies.map((policy): ResourceValidationPolicy | StackValidationPolicy => {
    const common = {
      name: policy.name,
      description: policy.reason,
      enforcementLevel: policy.level,
      ...(policy.config ? { configSchema: { properties: { ...policy.config } } } : {}),
    };
    const { check } = policy;
    if (check.of === "plan") return { ...common, validateStack: onPlan(policy, check, judges) };
    const judge: Judge = { name: policy.name, check, due: new Set(), hasJudged: false };
    judges.push(judge);
    const validate = onResource(policy, judge);
    return {
      ...common,
      // The SDK reads a resource's properties anew for each policy that has something to run: most of a preview's time.
      get validateResource() {
        return recorded === 0 || judge.due.size > 0 ? validate : undefined;
      },
    } as ResourceValidationPolicy;
  });
  return [recorder(judges), ...served];
}

/** First of every pack: takes down what the program gives, for the policies that look at the whole, and who judges it. */
const recorder = (judges: readonly Judge[]): ResourceValidationPolicy => ({
  name: "registrations-are-read",
  description: "Reads what is registered; the other policies judge it.",
  enforcementLevel: "mandatory",
  validateResource(args) {
    registered.set(args.urn, registration(args));
    recorded += 1;
    for (const { check, due } of judges) if (check.applies(args.type)) due.add(args.urn);
  },
});

const onResource =
  (policy: Policy, judge: Judge): ResourceValidationPolicy["validateResource"] & ((...args: never) => void) =>
  (args: ResourceValidationArgs, report: (message: string, urn?: string) => void): void => {
    const { check, due } = judge;
    if (!check.applies(args.type)) return;
    due.delete(args.urn);
    judge.hasJudged = true;
    const resource = registered.get(args.urn) ?? registration(args);
    const plan = new Plan([...registered.values()], plainProperties(args.getConfig<object>()));
    for (const message of closed(policy, () => check.violations(resource, plan))) report(told(policy, message));
  };

const onPlan =
  (policy: Policy, check: PlanCheck, judges: readonly Judge[]): StackValidationPolicy["validateStack"] =>
  (args, report) => {
    refuseUnjudged(judges);
    const plan = new Plan(wholeOf(args.resources), plainProperties(args.getConfig<object>()));
    for (const { message, urn } of closed(policy, () => check.violations(plan))) report(told(policy, message), urn);
  };

/** An SDK that asks in another order could pass a policy over: that must not look like its consent. */
function refuseUnjudged(judges: readonly Judge[]): void {
  for (const { name, due, hasJudged } of judges) {
    const [urn] = due;
    if (!hasJudged || urn === undefined) continue;
    throw new Error(
      `the policy ${name} was never asked about ${urn}: judge with the version of @pulumi/policy that the pack was tested with`,
    );
  }
}

let whole: { readonly at: number; readonly resources: readonly PlanResource[] } | undefined;

/** The SDK reads the whole plan anew for each policy; nothing of it changes from one to the next. */
function wholeOf(resources: readonly PolicyResource[]): readonly PlanResource[] {
  if (recorded === 0 || whole?.at !== recorded || whole.resources.length !== resources.length) {
    whole = { at: recorded, resources: resources.map(planned) };
  }
  return whole.resources;
}

/**
 * Runs a check so that nothing it throws can pass for consent: the SDK takes the error of an unknown value for an
 * advice, whatever level the policy has, but ends the preview at any other.
 */
function closed<T>(policy: Policy, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw new Error(`the policy ${policy.name} failed, so nothing is deployed: ${(error as Error).message}`);
  }
}

function registration(args: ResourceValidationArgs): PlanResource {
  return {
    type: args.type,
    name: args.name,
    urn: args.urn,
    parent: args.opts.parent,
    protect: args.opts.protect,
    provider: args.provider && plainProperties(args.provider.props),
    properties: plainProperties(args.props),
  };
}

function planned(resource: PolicyResource): PlanResource {
  const inputs: Values = registered.get(resource.urn)?.properties ?? {};
  return {
    type: resource.type,
    name: resource.name,
    urn: resource.urn,
    parent: resource.parent?.urn ?? resource.opts.parent,
    protect: resource.opts.protect,
    provider: resource.provider && plainProperties(resource.provider.props),
    properties: merged(plainProperties(resource.props), inputs),
  };
}
