import * as pulumi from "@pulumi/pulumi";
import { plainProperties, type Registered, Registrations } from "../../infra/cost/index.ts";
import { compose } from "../compose.ts";
import type { StackConfig } from "../config/index.ts";

/** What a program is told of where it runs. */
export interface StackNames {
  readonly project: string;
  readonly stack: string;
}

/** A resource as it would be registered, and what keeps it. */
export interface PlannedResource extends Registered {
  /** Nobody deletes or replaces it. */
  readonly protect: boolean;
  /** It stays when the stack has it no longer. */
  readonly retained: boolean;
}

/**
 * What a stack would register: it is composed as in a preview, under Pulumi's mocks, so that nothing reaches an engine
 * and what only an `up` computes stays unknown. Mocks hold for a whole thread: whoever also composes for real asks
 * another one, with `verdictApart`.
 */
export async function planOf(
  config: StackConfig,
  { project, stack }: StackNames,
): Promise<Registrations<PlannedResource>> {
  const found: (Pick<Registered, "type" | "name" | "properties"> & { readonly provider: string | undefined })[] = [];
  const options = new Map<string, Pick<PlannedResource, "parent" | "protect" | "retained">>();
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs, provider }) {
        // A provider's reference is urn::id, and a urn ends with the name.
        found.push({ type, name, properties: plainProperties(inputs), provider: provider?.split("::").at(-2) });
        // An empty id is one that isn't known yet.
        return { id: "", state: inputs as Record<string, unknown> };
      },
      call: () => ({}),
    },
    project,
    stack,
    true,
  );
  await pulumi.runtime.runInPulumiStack(async () => {
    const urns = new Map<pulumi.Resource, string>();
    pulumi.runtime.registerStackTransformation(({ resource, type, name, opts }) => {
      urns.set(resource, urnOf(type, name));
      const parent = opts.parent && urns.get(opts.parent);
      const { protect, retainOnDelete } = opts as pulumi.CustomResourceOptions;
      options.set(urnOf(type, name), { parent, protect: protect === true, retained: retainOnDelete === true });
      return undefined;
    });
    await compose(config);
  });
  await pulumi.runtime.disconnect(false);
  const providers = new Map(
    found.flatMap(({ type, name, properties }) => (type.startsWith("pulumi:providers:") ? [[name, properties]] : [])),
  );
  return new Registrations(
    found.map(({ type, name, properties, provider }) => {
      const urn = urnOf(type, name);
      const of = provider === undefined ? undefined : providers.get(provider);
      const own = options.get(urn) ?? { parent: undefined, protect: false, retained: false };
      return { type, name, urn, provider: of, properties, ...own };
    }),
  );
}

/** A plan names each resource once: enough to tell them apart. */
const urnOf = (type: string, name: string): string => `${type} ${name}`;
