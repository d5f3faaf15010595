import * as pulumi from "@pulumi/pulumi";
import { unknownValue } from "@pulumi/pulumi/runtime/rpc.js";

/** A registration as the engine would see it. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  /** The parent's logical name; the stack's for what has none. */
  readonly parent: string | undefined;
  /** The logical name of an explicit provider. */
  readonly provider: string | undefined;
  /** False for a component. */
  readonly custom: boolean;
  readonly protect: boolean;
}

/** Runs a program under Pulumi's mocks and returns what it registered, in order of name. */
export async function registrationsOf(
  program: () => unknown,
  {
    preview = false,
    outputs = () => ({}),
  }: { preview?: boolean; outputs?: (registration: Registration) => Record<string, unknown> } = {},
): Promise<Registration[]> {
  const found: Registration[] = [];
  const options = new Map<string, Pick<Registration, "parent" | "protect">>();
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs, provider, custom = false }) {
        const registration = {
          type,
          name,
          inputs,
          parent: undefined,
          protect: false,
          ...options.get(`${type} ${name}`),
          // A provider's reference is urn::id, and a urn ends with the name.
          provider: provider?.split("::").at(-2),
          custom,
        };
        found.push(registration);
        const computed = outputs(registration);
        // What only a real `up` computes is unknown in a preview, whatever it would be.
        const unknown = Object.fromEntries(Object.keys(computed).map((key) => [key, unknownValue]));
        return { id: `${name}-id`, state: { ...inputs, ...(preview ? unknown : computed) } };
      },
      call: () => ({}),
    },
    "hybrid-llm",
    "test",
    preview,
  );
  const { prepareStackTrace } = Error;
  // The SDK takes several stack traces for each resource; mapping them back was most of what a large plan took.
  Reflect.deleteProperty(Error, "prepareStackTrace");
  try {
    await pulumi.runtime.runInPulumiStack(async () => {
      pulumi.runtime.registerStackTransformation(({ type, name, opts: { parent, protect = false } }) => {
        const parentName = (parent as { readonly __name?: string } | undefined)?.__name;
        options.set(`${type} ${name}`, { parent: parentName, protect });
        return undefined;
      });
      await program();
    });
    await pulumi.runtime.disconnect(false);
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
  return found.sort((a, b) => a.name.localeCompare(b.name));
}

/** An output's value, once it is known. */
export function valueOfOutput<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply((value) => resolve(value as T));
  });
}
