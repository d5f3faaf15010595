import { familyMembers, type InstanceShape, shapeOf } from "../prices/index.ts";
import type { Range } from "../range.ts";
import { type Reader, Unpriceable } from "../reader.ts";
import type { Part, Surroundings } from "./rule.ts";
import { mappedVolumes, quantity } from "./volumes.ts";

/**
 * A Karpenter pool at its worst: as many nodes as its limits allow, of whatever permitted type costs most for them. Its
 * nodes are in no plan, so this is also what is expected; the limit is the cap on spending.
 *
 * nodes(type) = min over limits of floor(limit / what the type has of it); cost = max over types of nodes × price
 */
export function nodePool(inputs: Reader, around: Surroundings): Part[] {
  const spec = inputs.object("spec");
  const limits = limitsOf(spec);
  const template = spec.object("template").object("spec");
  const candidates = permittedTypes(template.objects("requirements"), around).map((type) => {
    const nodes = nodesOf(type, limits);
    return { type, nodes, usd: nodes * around.table.figure(`ec2.${type}`, around.region).usd };
  });
  const [worst] = candidates.sort((a, b) => b.usd - a.usd || b.nodes - a.nodes);
  if (!worst) throw new Unpriceable("spec.template.spec.requirements permit no type that is offered here");
  const mostNodes = Math.max(...candidates.map(({ nodes }) => nodes));
  return [
    { what: `nodes ${worst.type} at the pool's limit`, price: `ec2.${worst.type}`, quantity: upTo(worst.nodes) },
    ...volumesOf(template, around, upTo(mostNodes)),
  ];
}

/** Nothing may run, and all of it is expected: the budget must bear what the limit permits. */
const upTo = (count: number): Range => ({ min: 0, expected: count, max: count });

interface Limits {
  readonly gpus?: number;
  readonly cpu?: number;
  readonly memoryGiB?: number;
}

function limitsOf(spec: Reader): Limits {
  if (!spec.has("limits")) throw new Unpriceable("spec.limits is missing: a pool without a limit has no highest cost");
  const limits = spec.object("limits");
  const result: Limits = {
    ...(limits.has("nvidia.com/gpu") ? { gpus: quantity(limits, "nvidia.com/gpu") } : {}),
    ...(limits.has("cpu") ? { cpu: quantity(limits, "cpu") } : {}),
    ...(limits.has("memory") ? { memoryGiB: quantity(limits, "memory") / 2 ** 30 } : {}),
  };
  if (Object.keys(result).length === 0) {
    throw new Unpriceable("spec.limits names neither nvidia.com/gpu nor cpu nor memory");
  }
  return result;
}

/** A limit on GPUs binds only types that have some; such a pool's other types would be free of it. */
function nodesOf(type: string, { gpus, cpu, memoryGiB }: Limits): number {
  const shape = shapeOf(type) as InstanceShape;
  const bounds = [
    ...(gpus !== undefined && shape.gpus > 0 ? [gpus / shape.gpus] : []),
    ...(cpu !== undefined ? [cpu / shape.vcpu] : []),
    ...(memoryGiB !== undefined ? [memoryGiB / shape.memoryGiB] : []),
  ];
  if (bounds.length === 0) throw new Unpriceable(`spec.limits do not bound nodes of type ${type}, which has no GPU`);
  return Math.floor(Math.min(...bounds));
}

/** The types that the requirements leave. Only `In` narrows: what other operators exclude is priced too. */
function permittedTypes(requirements: readonly Reader[], { table, region }: Surroundings): string[] {
  const valuesOf = (...keys: string[]): string[] | undefined =>
    requirements
      .find((each) => keys.includes(each.string("key")) && each.string("operator") === "In")
      ?.strings("values");
  const types = valuesOf("node.kubernetes.io/instance-type");
  const families = valuesOf("karpenter.k8s.aws/instance-family");
  const sizes = valuesOf("karpenter.k8s.aws/instance-size");
  const named = types ?? families?.flatMap(membersOf);
  if (!named) {
    throw new Unpriceable(
      "spec.template.spec.requirements name neither instance types nor families (operator In), so any could come",
    );
  }
  return named
    .filter((type) => families === undefined || families.includes(familyOf(type)))
    .filter((type) => sizes === undefined || sizes.includes(type.slice(type.indexOf(".") + 1)))
    .map((type) => {
      if (!shapeOf(type)) throw new Unpriceable(`the table of instance types has no ${type}`);
      return type;
    })
    .filter((type) => !table.isNotOffered(`ec2.${type}`, region));
}

function membersOf(family: string): string[] {
  const members = familyMembers(family);
  if (members.length === 0) throw new Unpriceable(`the table of instance types has no family ${family}`);
  return members;
}

const familyOf = (type: string): string => type.slice(0, type.indexOf("."));

/** The volumes that a pool's node class gives each node. */
function volumesOf(template: Reader, { others }: Surroundings, count: Range): Part[] {
  const wanted = template.object("nodeClassRef").string("name");
  const found = others("kubernetes:karpenter.k8s.aws/v1:EC2NodeClass").find(
    ({ inputs }) => inputs.object("metadata").string("name") === wanted,
  );
  if (!found) throw new Unpriceable(`spec.template.spec.nodeClassRef: no EC2NodeClass ${wanted} is in the plan`);
  return mappedVolumes(found.inputs.object("spec"), "blockDeviceMappings", count, "nodes' volumes");
}
