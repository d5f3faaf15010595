import { expect, vi } from "vitest";
import { type Definition, definitionsIn } from "../../../tools/cluster/index.ts";
import { describeObject, type KubernetesObject } from "../../../tools/offline/kubernetes/objects.ts";
import { UserError } from "../../../tools/provider/index.ts";
import { madeBy, type Planned } from "../../support/manifests.ts";
import type { TestCluster } from "../support.ts";

const atOnce = 8;
const fieldManager = "hybrid-llm-test";

/** What pods are admitted by: it is really there when they are tried. */
const ground = new Set(["LimitRange", "Namespace", "PriorityClass", "ResourceQuota", "RuntimeClass", "ServiceAccount"]);

/** Of it, what can't be changed into that of the next stack. */
const fixed = new Set(["PriorityClass", "RuntimeClass"]);

/** Makes the definitions of the kinds that are planned, and waits until the API server serves them. */
export async function installDefinitions(
  { direct }: TestCluster,
  directory: string,
  planned: readonly Planned[],
): Promise<void> {
  const kinds = new Set(planned.map(({ object }) => `${object.apiVersion?.split("/")[0]} ${object.kind}`));
  const definitions = definitionsIn(directory).filter(({ spec }) => kinds.has(`${spec.group} ${spec.names.kind}`));
  await each(definitions, (definition) => direct.apply(definition, { fieldManager, force: true }));
  await each(definitions, (definition) =>
    vi.waitFor(
      async () => {
        const { status } = ((await direct.get(definition)) ?? {}) as Definition & { status?: Conditions };
        const established = status?.conditions?.find(({ type }) => type === "Established");
        expect([definition.metadata.name, established?.status]).toEqual([definition.metadata.name, "True"]);
      },
      { timeout: 120_000, interval: 200 },
    ),
  );
}

interface Conditions {
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
}

/**
 * Asks the API server whether it would take each object, and each pod and claim that follows from one; answers what it
 * refuses, with its reason.
 */
export async function refusals({ direct }: TestCluster, planned: readonly Planned[]): Promise<string[]> {
  const refused: string[] = [];
  const trying =
    (dryRun: boolean) =>
    async ({ name, object }: Planned) => {
      if (/Output<T>|Calling \[to/.test(JSON.stringify(object))) refused.push(`${name}: holds an output as text`);
      try {
        await direct.apply(object, { fieldManager, force: true, dryRun });
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        refused.push(`${name}: ${error.message}`);
      }
    };
  const isGround = ({ object }: Planned) => ground.has(object.kind ?? "");
  const isNamespace = ({ object }: Planned) => object.kind === "Namespace";
  await each(planned.filter(isNamespace), trying(false));
  await each(
    planned.filter((one) => isGround(one) && !isNamespace(one)),
    trying(false),
  );
  await quotasCount(direct, planned);
  await each(
    planned.filter((one) => !isGround(one)),
    trying(true),
  );
  await each(planned.flatMap(madeBy), trying(true));
  const leftovers = planned.filter(({ object }) => fixed.has(object.kind ?? ""));
  await each(leftovers, ({ object }) => direct.delete(object, "Background"));
  return refused.sort();
}

/** A quota holds nobody back before its controller has seen it. */
async function quotasCount(direct: TestCluster["direct"], planned: readonly Planned[]): Promise<void> {
  const quotas = planned.filter(({ object }) => object.kind === "ResourceQuota");
  await each(quotas, ({ object }) =>
    vi.waitFor(
      async () => {
        const found = (await direct.get(object)) as (KubernetesObject & { status?: { hard?: object } }) | undefined;
        // One that was refused is told elsewhere.
        if (found !== undefined)
          expect([describeObject(object), found.status?.hard]).toEqual([describeObject(object), expect.anything()]);
      },
      { timeout: 60_000, interval: 200 },
    ),
  );
}

async function each<T>(all: readonly T[], task: (one: T) => Promise<unknown>): Promise<void> {
  const left = [...all];
  const work = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await task(one);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
