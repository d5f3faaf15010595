import * as kubernetes from "@pulumi/kubernetes";
import { expect } from "vitest";
import { stringify } from "yaml";
import { placeOf, type RegionScope } from "../../infra/region/index.ts";
import { type Registration, registrationsOf } from "./pulumi-mocks.ts";

export const testDigest = `sha256:${"1".repeat(64)}` as const;
export const mirror = "registry.internal.example.com/mirror";

/** A region with a cluster, in the cloud or behind an air gap. */
export function clusterScope({ airgapped = false, production = false } = {}): RegionScope {
  const place = { stack: "hybrid-llm-test", name: "eu-west-1", production };
  return {
    ...placeOf(airgapped ? { ...place, name: "site-a", airgapped, registryMirror: mirror } : place),
    kubernetes: new kubernetes.Provider("kubernetes", { kubeconfig: "{}" }),
  };
}

/** What a program registers, which must be the same in a preview and after it; without the stack and providers. */
export async function planned(program: () => unknown): Promise<Registration[]> {
  const [preview = [], real = []] = [
    await registrationsOf(program, { preview: true }),
    await registrationsOf(program, { outputs: ({ inputs }) => ({ status: { of: inputs.metadata } }) }),
  ].map((found) => found.filter(({ type }) => !type.startsWith("pulumi:")));
  expect(preview).toEqual(real);
  return real;
}

/** `Kind name < parent`, in order of name. */
export const children = (found: readonly Registration[]): string[] =>
  found.map(({ type, name, parent }) => `${type.split(":").at(-1)} ${name} < ${parent ?? "the stack"}`);

/** Every input of every resource, for a golden file. */
export function rendered(found: readonly Registration[]): string {
  return found
    .map(({ type, name, provider, inputs }) =>
      stringify(
        { resource: name, type, ...(provider === undefined ? {} : { provider }), inputs },
        {
          sortMapEntries: true,
          aliasDuplicateObjects: false,
          lineWidth: 0,
        },
      ),
    )
    .join("---\n");
}

export const inputsOf = (found: readonly Registration[], name: string): Record<string, unknown> => {
  const registration = found.find((each) => each.name === name);
  if (registration === undefined)
    throw new Error(`${name} is not registered; there are ${found.map((each) => each.name)}`);
  return registration.inputs;
};
