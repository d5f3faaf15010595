import { type Diff, structuralDiff } from "./diff.ts";
import { PartialFailure, UserError } from "./errors.ts";
import { checkInputs } from "./schema.ts";
import type {
  CheckContext,
  CheckResult,
  Created,
  FunctionContext,
  OperationContext,
  PlanContext,
  ProviderFunction,
  ReadContext,
  ResourceType,
} from "./types.ts";
import {
  containsUnknown,
  mapFromPlain,
  markTraces,
  own,
  type PropertyMap,
  type PropertyValue,
  redact,
  revealMap,
  Secret,
  secret,
  secretMapAs,
  unknown,
} from "./values.ts";

/*
 * What the core does around a resource type's own functions, in terms of property maps: secrets are taken off before
 * and put back after, and unknown values are kept away. No gRPC here.
 */

export interface Outcome {
  readonly id: string;
  readonly state: PropertyMap;
}

/** A {@link PartialFailure} whose state is marked, ready to be sent. */
export class MarkedPartialFailure extends PartialFailure {
  readonly marked: PropertyMap;
  readonly inputs: PropertyMap;

  constructor(cause: PartialFailure, marked: PropertyMap, inputs: PropertyMap) {
    super(cause.id, cause.state, cause.reasons);
    this.marked = marked;
    this.inputs = inputs;
  }
}

export async function check(
  type: ResourceType,
  news: PropertyMap,
  context: CheckContext,
): Promise<Required<CheckResult>> {
  const schemaResult = type.inputs === undefined ? { inputs: news, failures: [] } : checkInputs(type.inputs, news);
  if (type.check === undefined || schemaResult.failures.length > 0) return schemaResult;
  const result = await type.check(schemaResult.inputs, context);
  return { inputs: result.inputs ?? schemaResult.inputs, failures: result.failures ?? [] };
}

export async function diff(
  type: ResourceType,
  id: string,
  old: { readonly inputs: PropertyMap; readonly state: PropertyMap },
  news: PropertyMap,
  context: OperationContext,
): Promise<Diff> {
  const change = { id, oldInputs: revealMap(old.inputs), oldState: revealMap(old.state), newInputs: revealMap(news) };
  const structural = structuralDiff(change.oldInputs, change.newInputs, type);
  return type.diff === undefined ? structural : await type.diff({ ...change, structural }, context);
}

export async function planCreate(type: ResourceType, inputs: PropertyMap, context: PlanContext): Promise<PropertyMap> {
  const planned =
    type.planned === undefined
      ? { ...inputs, ...Object.fromEntries((type.computed ?? []).map((name) => [name, unknown])) }
      : await plan(type.planned, inputs, context);
  return mark(type, inputs, mapFromPlain(planned));
}

async function plan(
  planned: NonNullable<ResourceType["planned"]>,
  inputs: PropertyMap,
  context: PlanContext,
): Promise<PropertyMap> {
  try {
    return await planned(inputs, context);
  } catch (error) {
    throw withoutSecrets(error, inputs);
  }
}

export async function planUpdate(
  type: ResourceType,
  inputs: PropertyMap,
  oldState: PropertyMap,
  context: Omit<PlanContext, "state">,
): Promise<PropertyMap> {
  const state = revealMap(oldState);
  if (type.planned !== undefined) {
    return mark(type, inputs, mapFromPlain(await plan(type.planned, inputs, { ...context, state })));
  }
  const computed: [string, PropertyValue][] = (type.computed ?? []).map((name) => [
    name,
    type.stable?.includes(name) ? (own(state, name) ?? unknown) : unknown,
  ]);
  return mark(type, inputs, { ...inputs, ...Object.fromEntries(computed) });
}

export async function create(type: ResourceType, inputs: PropertyMap, context: OperationContext): Promise<Outcome> {
  return await finish(type, inputs, () => type.create(known(inputs), context));
}

export async function update(
  type: ResourceType,
  id: string,
  old: { readonly inputs: PropertyMap; readonly state: PropertyMap },
  news: PropertyMap,
  context: OperationContext,
): Promise<Outcome> {
  return await finish(type, news, async () => {
    if (type.update === undefined) throw new TypeError(`${context.type} was to be updated in place, which it can't be`);
    const before = { inputs: revealMap(old.inputs), state: revealMap(old.state) };
    return { id, state: await type.update(id, known(news), before, context) };
  });
}

export interface ReadOutcome extends Outcome {
  readonly inputs: PropertyMap;
}

/** `undefined`: the resource is gone. */
export async function read(
  type: ResourceType,
  id: string,
  last: { readonly inputs: PropertyMap; readonly state: PropertyMap },
  context: ReadContext,
): Promise<ReadOutcome | undefined> {
  if (containsUnknown(last.state) || containsUnknown(last.inputs)) return { id, ...last };
  if (type.read === undefined) {
    if (context.importing)
      throw new UserError(`${context.type} can't be imported: it keeps no more than its state knows`);
    return { id, ...last };
  }
  const found = await type.read(id, revealMap(last.state), revealMap(last.inputs), context);
  if (found === undefined) return undefined;
  const inputs = found.inputs === undefined ? last.inputs : mapFromPlain(found.inputs, "inputs");
  const markedInputs = secretMapAs(last.state, mark(type, last.inputs, inputs));
  const state = secretMapAs(last.state, mark(type, markedInputs, mapFromPlain(found.state)));
  return { id: found.id, inputs: markedInputs, state };
}

export async function remove(
  type: ResourceType,
  id: string,
  state: PropertyMap,
  context: OperationContext,
): Promise<void> {
  await type.delete?.(id, revealMap(state), context);
}

export type FunctionOutcome =
  | { readonly result: PropertyMap }
  | { readonly failures: Required<CheckResult>["failures"] };

export async function call(
  fn: ProviderFunction,
  args: PropertyMap,
  context: FunctionContext,
): Promise<FunctionOutcome> {
  if (containsUnknown(args)) {
    return { result: Object.fromEntries((fn.computed ?? []).map((name) => [name, unknown])) };
  }
  const checked = fn.inputs === undefined ? { inputs: args, failures: [] } : checkInputs(fn.inputs, args);
  if (checked.failures.length > 0) return { failures: checked.failures };
  const result = mapFromPlain(await fn.call(revealMap(checked.inputs), context), "result");
  return { result: mark(fn, checked.inputs, result) };
}

async function finish(type: ResourceType, inputs: PropertyMap, work: () => Promise<Created<object>>): Promise<Outcome> {
  try {
    const { id, state } = await work();
    if (id === "") throw new TypeError("a created resource needs an id");
    return { id, state: mark(type, inputs, mapFromPlain(state)) };
  } catch (error) {
    if (!(error instanceof PartialFailure)) throw withoutSecrets(error, inputs);
    const reasons = error.reasons.map((reason) => redact(reason, inputs));
    const told = new PartialFailure(error.id, error.state, reasons);
    throw new MarkedPartialFailure(told, mark(type, inputs, mapFromPlain(error.state)), inputs);
  }
}

/** A server may quote in its refusal what it was sent. */
function withoutSecrets(error: unknown, inputs: PropertyMap): unknown {
  if (!(error instanceof Error)) return error;
  error.message = redact(error.message, inputs);
  if (error.stack !== undefined) error.stack = redact(error.stack, inputs);
  return error;
}

function known(inputs: PropertyMap): PropertyMap {
  if (containsUnknown(inputs)) throw new TypeError("the engine sent an unknown value to a real operation");
  return revealMap(inputs);
}

/** Marks secret what `inputs` or the table say is secret. */
function mark(
  type: { readonly secretOutputs?: readonly string[] },
  inputs: PropertyMap,
  map: PropertyMap,
): PropertyMap {
  const marked: Record<string, PropertyValue> = { ...markTraces(inputs, secretMapAs(inputs, map)) };
  for (const name of type.secretOutputs ?? []) {
    const value = own(marked, name);
    if (value !== undefined && !(value instanceof Secret)) marked[name] = secret(value);
  }
  return marked;
}
