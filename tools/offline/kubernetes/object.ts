import { createHash } from "node:crypto";
import {
  type Before,
  type Change,
  type CheckContext,
  type Created,
  containsUnknown,
  type Diff,
  isMap,
  type OperationContext,
  PartialFailure,
  type PlanContext,
  type PropertyMap,
  type ReadContext,
  type ReadResult,
  type ResourceType,
  UserError,
} from "../../provider/index.ts";
import { own, revealMap } from "../../provider/values.ts";
import { NotReady, untilGone, untilReady } from "./await/index.ts";
import type { Cluster } from "./cluster.ts";
import { driftedInputs, importedInputs } from "./drift.ts";
import { ApiError, NoSuchKind, Unreachable } from "./errors.ts";
import { checkObject, isAutonamed } from "./inputs.ts";
import { type Kind, replacedBy } from "./kinds.ts";
import { annotation, annotations, describeObject, idOf, type KubernetesObject, parseId } from "./objects.ts";
import type { Session } from "./session.ts";

/** Notes beside an object in the state, as the official provider's. */
interface Notes {
  readonly __fieldManager?: string;
  readonly __initialApiVersion?: string;
}
type State = KubernetesObject & Notes;

/** The resource type of any object of an API: the server knows the kinds, nothing here does but for a few rules. */
export function objectType(kind: Kind, session: Session): ResourceType<KubernetesObject, State> {
  const { settings } = session;
  const replaceOn = replacedBy(kind, {
    configMaps: settings.enableConfigMapMutable === true,
    secrets: settings.enableSecretMutable === true,
  });
  const options = (object: KubernetesObject, state: Notes | undefined, urn: string) => ({
    fieldManager: annotation(object, annotations.fieldManager) ?? state?.__fieldManager ?? managerOf(urn),
    force: annotation(object, annotations.force) === "true" || settings.enablePatchForce === true,
  });

  const withId = (id: string) => ({ apiVersion: kind.apiVersion, kind: kind.kind, metadata: parseId(id) });

  /** Applies, and waits until it is ready. */
  const put = async (
    object: KubernetesObject,
    before: State | undefined,
    context: OperationContext,
  ): Promise<State> => {
    const target = await session.forWork(`apply ${describeObject(object)}`);
    const applyOptions = options(object, before, context.urn);
    const notes: Notes = {
      __fieldManager: applyOptions.fieldManager,
      __initialApiVersion: before?.__initialApiVersion ?? kind.apiVersion,
    };
    if (target.kind === "manifests") {
      if (before !== undefined) target.manifests.remove(before);
      target.manifests.write(object);
      return { ...object, ...notes };
    }
    const { cluster } = target;
    const applied = await cluster.apply(object, { ...applyOptions, signal: context.signal });
    if (annotation(object, annotations.skipAwait) === "true" || kind.isPatch) return { ...kept(applied), ...notes };
    try {
      return { ...kept(await untilReady(cluster, kind.group, applied, context)), ...notes };
    } catch (error) {
      if (!(error instanceof UserError) && !context.signal.aborted) throw error;
      const seen = error instanceof NotReady ? error.object : applied;
      throw new PartialFailure(idOf(applied), { ...kept(seen), ...notes }, [(error as Error).message]);
    }
  };

  /** Asks the server what it would say; what it can't know before the `up` (a namespace, a CRD) is no fault. */
  const tryOut = async (cluster: Cluster, object: KubernetesObject, state: Notes | undefined, urn: string) => {
    try {
      await cluster.apply(object, { ...options(object, state, urn), dryRun: true });
    } catch (error) {
      if (error instanceof NoSuchKind || error instanceof Unreachable) return;
      if (error instanceof ApiError && (error.code === 404 || error.code === 403 || error.isOfDryRun)) return;
      throw error;
    }
  };

  return {
    replaceOn,
    ...(kind.group === "" && kind.kind === "Secret" ? { secretOutputs: ["data", "stringData"] } : {}),

    check: (inputs: PropertyMap, context: CheckContext) =>
      checkObject(kind, inputs, settings.namespace ?? "default", context),

    async diff({ structural, oldState, newInputs }: Change, { urn, log }: OperationContext): Promise<Diff> {
      if (structural.changes.length === 0) return structural;
      let { changes } = structural;
      if (!changes.some(({ replace }) => replace) && !containsUnknown(newInputs)) {
        const target = await session.forPlan(log);
        if (target.kind === "cluster") {
          try {
            const object = named(newInputs as KubernetesObject, oldState as KubernetesObject);
            await tryOut(target.cluster, object, oldState as Notes, urn);
          } catch (error) {
            if (!(error instanceof ApiError)) throw error;
            if (error.isImmutable) changes = markReplacing(changes, error.fields);
          }
        }
      }
      const replaces = changes.some(({ replace }) => replace);
      const stays = idOf(oldState as KubernetesObject) === idOf(newInputs as KubernetesObject);
      return replaces && stays && !isAutonamed(newInputs) ? { changes, deleteBeforeReplace: true } : { changes };
    },

    async planned(inputs: PropertyMap, { state, urn, log }: PlanContext): Promise<PropertyMap> {
      if (!containsUnknown(inputs)) {
        const target = await session.forPlan(log);
        if (target.kind === "cluster") {
          const object = named(revealMap(inputs) as KubernetesObject, state as KubernetesObject | undefined);
          // While it is replaced, the old one would be in the way.
          if (state === undefined || idOf(object) === idOf(state as KubernetesObject)) {
            await tryOut(target.cluster, object, state as Notes | undefined, urn);
          }
        }
      }
      return plannedOutputs(inputs, state);
    },

    async create(inputs, context): Promise<Created<State>> {
      const state = await put(inputs, undefined, context);
      return { id: idOf(state), state };
    },

    update: (_id, inputs, { state }: Before<KubernetesObject, State>, context) => put(inputs, state, context),

    async read(id, state, inputs, context: ReadContext): Promise<ReadResult<KubernetesObject, State> | undefined> {
      const target = await session.forWork(`look at ${kind.kind} ${id}`);
      if (target.kind === "manifests") {
        if (context.importing) throw new UserError("manifests in a folder can't be imported");
        return { id, state: state as State };
      }
      const live = await target.cluster.get(withId(id), context.signal);
      if (live === undefined) return undefined;
      const { __fieldManager = managerOf(context.urn), __initialApiVersion = kind.apiVersion } = state;
      const found = { id, state: { ...kept(live), __fieldManager, __initialApiVersion } };
      if (context.importing) return { ...found, inputs: importedInputs(kept(live)) };
      const drifted = await lookForDrift(target.cluster, inputs as KubernetesObject, live, __fieldManager);
      return { ...found, inputs: drifted };
    },

    async delete(id, state, context) {
      if (session.settings.deleteUnreachable === true && (await session.forPlan(context.log)).kind === "none") {
        return context.log.warn("its cluster can't be reached; it is forgotten, not deleted (deleteUnreachable)");
      }
      const target = await session.forWork(`delete ${kind.kind} ${id}`);
      if (target.kind === "manifests") return target.manifests.remove(state);
      const { cluster } = target;
      if (kind.isPatch) return await giveUpFields(cluster, withId(id), state, context);
      const object = { ...withId(id), metadata: { ...parseId(id), ...uidOf(state) } };
      await cluster.delete(object, annotation(state, annotations.deletionPropagation) ?? "Foreground", context.signal);
      if (annotation(state, annotations.skipAwait) === "true") return;
      await untilGone(cluster, { ...object, metadata: { ...state.metadata, ...object.metadata } }, context);
    },
  };
}

/** The object that is there already, where the server made its name (`generateName`). */
function named(object: KubernetesObject, before: KubernetesObject | undefined): KubernetesObject {
  const { generateName, ...metadata } = object.metadata ?? {};
  const name = before?.metadata?.name;
  if (metadata.name !== undefined || generateName === undefined || name === undefined) return object;
  return { ...object, metadata: { ...metadata, name } };
}

/** Who applies the fields of a resource, where nobody says another name. */
const managerOf = (urn: string): string =>
  `pulumi-kubernetes-${createHash("sha256").update(urn).digest("hex").slice(0, 8)}`;

const uidOf = ({ metadata }: KubernetesObject): { uid?: string } =>
  metadata?.uid === undefined ? {} : { uid: metadata.uid };

/** Who set which field is the server's business, and long. */
function kept(object: KubernetesObject): KubernetesObject {
  const { managedFields: _, ...metadata } = object.metadata ?? {};
  return { ...object, metadata };
}

/** What is applied, over what the server has said before; the status of something new nobody knows. */
function plannedOutputs(inputs: PropertyMap, state: PropertyMap | undefined): PropertyMap {
  const [before, after] = [state && own(state, "metadata"), own(inputs, "metadata")];
  if (state === undefined || before === undefined || after === undefined) return inputs;
  return { ...state, ...inputs, metadata: isMap(before) && isMap(after) ? { ...before, ...after } : after };
}

/** Marks those changes that the server objected to; all of them, where it doesn't say which. */
function markReplacing(changes: Diff["changes"], fields: readonly string[]): Diff["changes"] {
  const touches = (path: string) => fields.some((field) => path.startsWith(field) || field.startsWith(path));
  const named = changes.some(({ path }) => touches(path));
  return changes.map((change) => (!named || touches(change.path) ? { ...change, replace: true } : change));
}

async function lookForDrift(
  cluster: Cluster,
  inputs: KubernetesObject,
  live: KubernetesObject,
  fieldManager: string,
): Promise<KubernetesObject> {
  try {
    const applied = await cluster.apply(named(inputs, live), { fieldManager, force: true, dryRun: true });
    return driftedInputs(inputs, kept(live), kept(applied));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // It can't even be applied any more: somebody made another one of this name.
    return driftedInputs(inputs, kept(live), {});
  }
}

/** A patch ends by applying nothing in its name. */
async function giveUpFields(
  cluster: Cluster,
  object: KubernetesObject,
  state: State,
  { urn, signal }: OperationContext,
): Promise<void> {
  if ((await cluster.get(object, signal)) === undefined) return;
  await cluster.apply(object, { fieldManager: state.__fieldManager ?? managerOf(urn), signal });
}
