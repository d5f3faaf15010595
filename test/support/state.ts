import { specialSecretSig, specialSigKey } from "@pulumi/pulumi/runtime/rpc.js";
import { computedOutputs } from "./infra.ts";
import type { Registration } from "./pulumi-mocks.ts";

const stackType = "pulumi:pulumi:Stack";
const factsType = "hybrid-llm:stack:Facts";

/**
 * The state that a deployment of registrations leaves, as `pulumi stack export` writes it: inputs as they were given,
 * outputs with what providers compute. Nothing in it is unknown, as nothing is after an update.
 */
export function stateOf(found: readonly Registration[]): object {
  const byName = (select: (one: Registration) => boolean) =>
    new Map(found.filter(select).map((one) => [one.name, one]));
  const components = byName(({ custom }) => !custom);
  const providers = byName(({ type }) => type.startsWith("pulumi:providers:"));
  const typesOf = ({ type, parent }: Registration): string => {
    const above = parent === undefined ? undefined : components.get(parent);
    return above === undefined || above.type === stackType ? type : `${typesOf(above)}$${type}`;
  };
  const urnOf = (one: Registration): string => `urn:pulumi:test::hybrid-llm::${typesOf(one)}::${one.name}`;
  const idOf = ({ name }: Registration): string => `${name}-id`;
  const depth = (one: Registration): number => typesOf(one).split("$").length;
  // A program says its facts first, and a provider before what needs it.
  const rank = (one: Registration): number =>
    one.type === stackType ? 0 : one.type === factsType ? 1 : providers.has(one.name) ? 2 : 2 + depth(one);
  const resources = found
    .toSorted((a, b) => rank(a) - rank(b))
    .map((one) => {
      const parent = one.parent === undefined ? undefined : components.get(one.parent);
      const provider = one.provider === undefined ? undefined : providers.get(one.provider);
      return {
        urn: urnOf(one),
        type: one.type,
        custom: one.custom,
        protect: one.protect,
        inputs: kept(one.inputs),
        ...(one.custom ? { id: idOf(one), outputs: kept({ ...one.inputs, ...computedOutputs(one) }) } : {}),
        ...(parent === undefined ? {} : { parent: urnOf(parent) }),
        ...(provider === undefined ? {} : { provider: `${urnOf(provider)}::${idOf(provider)}` }),
      };
    });
  const manifest = { time: "2026-12-01T00:00:00Z", magic: "", version: "" };
  return { version: 3, deployment: { manifest, resources } };
}

/** Values as a state keeps them. Its secrets are not encrypted, as `--show-secrets` exports them. */
function kept(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(kept);
  if (typeof value !== "object" || value === null) return value;
  const { [specialSigKey]: signature, ...rest } = value as Record<string, unknown>;
  if (signature === specialSecretSig) {
    return { [specialSigKey]: specialSecretSig, plaintext: JSON.stringify(kept(rest.value)) };
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, kept(each)]));
}
