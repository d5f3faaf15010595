import type { Diff, ReplaceRule } from "./diff.ts";
import type { InputSchema } from "./schema.ts";
import type { PropertyMap } from "./values.ts";

/**
 * A provider: a table of resource types and functions. {@link serve} makes a Pulumi plugin of it.
 *
 * One process serves one configuration (the engine starts a plugin per provider resource), so what `configure` makes
 * of its arguments may live in a variable of the module.
 */
export interface Provider<Config extends object = object> {
  /** As in `pulumi-resource-<name>`. */
  readonly name: string;
  /** A semantic version; for an offline provider that of the SDK package whose tokens it serves. */
  readonly version: string;
  /** What this provider really does, in one line; shown with `offline`. */
  readonly description: string;
  /** Stands in for an official provider: every run then shows "OFFLINE PROVIDER: name version: description". */
  readonly offline?: boolean;
  /** By type token, `tls:index/privateKey:PrivateKey`. */
  readonly resources: Readonly<Record<string, Lazy<ResourceType>>>;
  /** By function token, `tls:index/getPublicKey:getPublicKey`. */
  readonly functions?: Readonly<Record<string, Lazy<ProviderFunction>>>;
  /** The type of a token that `resources` doesn't list, if it is one of this provider's. */
  fallback?(token: string): Lazy<ResourceType> | undefined;
  /**
   * Validates the provider's arguments. SDKs send what isn't a string as JSON text; where a property fails as text and
   * is JSON, what it says is tried.
   */
  readonly config?: InputSchema<Config>;
  /** Called once, before any resource; secrets are revealed. Arguments that aren't known yet are left out and named. */
  configure?(config: Config, context: ConfigureContext): Promise<void> | void;
  /** Arguments of the provider whose change replaces every resource of it (another cluster, another account). */
  readonly replaceOnConfig?: readonly string[];
}

/** A value, or how to load it when first needed: keeps the start of a plugin fast. */
export type Lazy<T extends object> = T | (() => Promise<T>);

/**
 * One resource type. `Inputs` is what `inputs` makes of a program's arguments, `State` is what is kept as outputs; both
 * are plain JSON (properties that are `undefined` are left out).
 *
 * What the core does for every type:
 * - Inputs that reach `create`, `update`, `read` and `delete` are plain: secrets are revealed. Unknown values never
 *   reach them: a preview calls none of these three, but `planned`.
 * - An output is secret if the input of the same name is secret (also in part), if it is in `secretOutputs`, or if a
 *   secret input string of 8 characters or more appears in it.
 * - Without `update`, a change that doesn't replace is an error; without `delete`, deleting is forgetting; without
 *   `read`, a refresh changes nothing and an import is refused.
 */
export interface ResourceType<Inputs extends object = object, State extends object = object> {
  /**
   * Validates and fills in defaults (Zod's object types fit). Must give the same again for what it gave, and plain
   * JSON. Null properties count as absent. In a preview, issues about unknown values are dropped, and so are rules over
   * several properties (`refine` on the object) while one of them is unknown.
   */
  readonly inputs?: InputSchema<Inputs>;
  /** After `inputs`: physical names, rules that a schema can't say. May see secrets and unknown values. */
  check?(inputs: PropertyMap, context: CheckContext): CheckResult | Promise<CheckResult>;

  /** Which changes replace the resource; by default none does. */
  readonly replaceOn?: ReplaceRule;
  /** Inputs whose change is no change. */
  readonly ignore?: readonly string[];
  readonly deleteBeforeReplace?: boolean;
  /** Inputs that mean the same as leaving them out: for defaults that `inputs` doesn't fill in. */
  readonly defaults?: PropertyMap;
  /** Corrects `change.structural`, which is made from the four rules above; returns what is to be reported. */
  diff?(change: Change, context: OperationContext): Diff | Promise<Diff>;

  create(inputs: Inputs, context: OperationContext): Promise<Created<State>>;
  /** In place. `change.state` is the state before. Returns the whole new state. */
  update?(id: string, inputs: Inputs, change: Before<Inputs, State>, context: OperationContext): Promise<State>;
  /**
   * Looks at the real thing. `undefined`: it is gone. In a refresh `state` and `inputs` are the last known ones;
   * when `context.importing`, both are `{}` (or the few properties that `.get()` was given). Inputs that aren't
   * returned stay as they are.
   */
  read?(
    id: string,
    state: Partial<State>,
    inputs: Partial<Inputs>,
    context: ReadContext,
  ): Promise<ReadResult<Inputs, State> | undefined>;
  /** Must not fail if the thing is gone already. */
  delete?(id: string, state: State, context: OperationContext): Promise<void>;

  /** Outputs that are no inputs: unknown in the preview of a create, and of an update unless `stable`. */
  readonly computed?: readonly string[];
  /** Computed outputs that no update in place changes. */
  readonly stable?: readonly string[];
  /**
   * The outputs a preview shows, instead of: all inputs, `computed` as unknown. May see secrets and unknown values, and
   * may return them. `context.state` is the state before an update.
   */
  planned?(inputs: PropertyMap, context: PlanContext): PropertyMap | Promise<PropertyMap>;

  /** Properties (outputs, and inputs found by an import) that are always secret. */
  readonly secretOutputs?: readonly string[];
}

export interface ProviderFunction<Arguments extends object = object, Result extends object = object> {
  readonly inputs?: InputSchema<Arguments>;
  /** Arguments are plain. Throw {@link UserError} or {@link PropertyErrors} for what the user can mend. */
  call(args: Arguments, context: FunctionContext): Promise<Result>;
  /** Properties of the result; all are unknown where an argument is. */
  readonly computed?: readonly string[];
  readonly secretOutputs?: readonly string[];
}

export interface CheckFailure {
  /** A path as Pulumi writes it: `subject.country`, `dnsNames[0]`; empty for the resource as a whole. */
  readonly property: string;
  /** What was given, what is allowed, what to do. Never the value of a secret. */
  readonly reason: string;
}

export interface CheckResult {
  /** Left out: unchanged. */
  readonly inputs?: PropertyMap;
  readonly failures?: readonly CheckFailure[];
}

export interface Created<State> {
  readonly id: string;
  readonly state: State;
}

export interface ReadResult<Inputs, State> extends Created<State> {
  readonly inputs?: Inputs;
}

export interface Before<Inputs, State> {
  readonly inputs: Inputs;
  readonly state: State;
}

/** All maps are without secret wrappers; new ones may hold unknown values. */
export interface Change {
  readonly id: string;
  readonly oldInputs: PropertyMap;
  readonly oldState: PropertyMap;
  readonly newInputs: PropertyMap;
  /** What the table's rules say. */
  readonly structural: Diff;
}

export interface ResourceContext {
  readonly urn: string;
  /** The logical name. */
  readonly name: string;
  readonly type: string;
  readonly log: Log;
}

export interface CheckContext extends ResourceContext {
  /** The inputs of the last deployment, without secret wrappers; `{}` for a new resource. */
  readonly olds: PropertyMap;
  /** Deterministic bytes for a physical name: the same in the preview and in the update that follows. */
  readonly randomSeed: Uint8Array;
}

export interface PlanContext extends ResourceContext {
  /** The state before an update, secrets revealed; `undefined` for a create. */
  readonly state: PropertyMap | undefined;
}

export interface OperationContext extends ResourceContext {
  /** Seconds that the user allows (`customTimeouts`); 0: none given. The core doesn't enforce it: the resource knows best how to stop. */
  readonly timeout: number;
  /** Aborted when the user cancels, or the engine goes away. */
  readonly signal: AbortSignal;
}

export interface ReadContext extends OperationContext {
  readonly importing: boolean;
}

export interface FunctionContext {
  readonly token: string;
  readonly preview: boolean;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export interface ConfigureContext {
  /** Names of arguments that aren't known yet (previews only). */
  readonly unknown: readonly string[];
  readonly log: Log;
}

/** Shown by the CLI at the resource. Never fails, never blocks. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
  /** Progress, shown beside the resource while it is worked on, and not kept. */
  status(message: string): void;
}
