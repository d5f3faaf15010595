import {
  type Policies,
  PolicyPack,
  type PolicyResource,
  type ResourceValidationArgs,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
} from "@pulumi/policy";
import { isComponent, plainProperties, type Values } from "../../infra/cost/index.ts";
import { type Facts, merged, Plan, type PlanResource } from "./plan.ts";
import { type PlanCheck, type Policy, type ResourceCheck, told } from "./policy.ts";
import { readOnce } from "./read-once.ts";

/** A selection of policies under one name. */
export interface Pack {
  readonly name: string;
  readonly description: string;
  readonly policies: readonly Policy[];
}

/** What has been registered so far, by URN: the engine shows a component's inputs only to `validateResource`. */
const registered = new Map<string, PlanResource>();
/** What is taken down, as a plan, until something else is. */
let soFar: Plan | undefined;
/** What its components say, until another one does. */
const facts: Facts = new Map();
/** The plan at its end, until then. */
let whole: Plan | undefined;

/** Serves a pack to the engine; once in a process. */
export function servePack({ name, description, policies }: Pack): void {
  readOnce();
  new PolicyPack(name, { description, enforcementLevel: "mandatory", policies: servedAs(policies) });
}

/** Policies as the SDK takes them. */
export function servedAs(policies: readonly Policy[]): Policies {
  return [recorder, ...policies.map(served)];
}

/** First of every pack: takes down what the program gives, for the policies that look at the whole. */
const recorder: ResourceValidationPolicy = {
  name: "registrations-are-read",
  description: "Reads what is registered; the other policies judge it.",
  enforcementLevel: "mandatory",
  validateResource(args) {
    registered.set(args.urn, registration(args));
    if (isComponent(args)) facts.clear();
    soFar = undefined;
    whole = undefined;
  },
};

function served(policy: Policy): ResourceValidationPolicy | StackValidationPolicy {
  const common = {
    name: policy.name,
    description: policy.reason,
    enforcementLevel: policy.level,
    ...(policy.config ? { configSchema: { properties: { ...policy.config } } } : {}),
  };
  const { check } = policy;
  return check.of === "plan"
    ? { ...common, validateStack: onPlan(policy, check) }
    : { ...common, validateResource: onResource(policy, check) };
}

const onResource =
  (policy: Policy, check: ResourceCheck) =>
  (args: ResourceValidationArgs, report: (message: string, urn?: string) => void): void => {
    if (!check.applies(args.type)) return;
    const resource = registered.get(args.urn) ?? registration(args);
    soFar ??= new Plan([...registered.values()], {}, facts);
    const plan = soFar.configured(plainProperties(args.getConfig<object>()));
    for (const message of closed(policy, () => check.violations(resource, plan))) report(told(policy, message));
  };

const onPlan =
  (policy: Policy, check: PlanCheck): StackValidationPolicy["validateStack"] =>
  (args, report) => {
    const plan = wholeOf(args.resources).configured(plainProperties(args.getConfig<object>()));
    for (const { message, urn } of closed(policy, () => check.violations(plan))) report(told(policy, message), urn);
  };

/**
 * The SDK hands the whole plan anew to each policy; nothing of it changes from one to the next. Where the taking down is
 * switched off, nothing would tell that it has.
 */
function wholeOf(resources: readonly PolicyResource[]): Plan {
  if (registered.size === 0 || whole?.resources.length !== resources.length) whole = new Plan(resources.map(planned));
  return whole;
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
