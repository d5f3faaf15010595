import { type Range, scaled } from "../range.ts";
import { type Reader, Unpriceable } from "../reader.ts";
import type { Part } from "./rule.ts";

/** What gp3 has without extra cost. */
export const includedIops = 3000;
export const includedThroughput = 125;
/** What a block device calls its volume's type and size. */
export const ofDevice = { type: "volumeType", size: "volumeSize" };

/** A gp3 volume: size in GiB, IOPS and MB/s above what is included. The table has no other type. */
export function gp3(inputs: Reader, keys: { type: string; size: string }, count: Range, what: string): Part[] {
  const type = inputs.string(keys.type);
  if (type !== "gp3") throw new Unpriceable(`${inputs.at(keys.type)} is ${type}; there are prices for gp3 alone`);
  const iops = inputs.number("iops", includedIops) - includedIops;
  const throughput = inputs.number("throughput", includedThroughput) - includedThroughput;
  return [
    { what: `${what}, gp3`, price: "ebs.gp3.storage", quantity: scaled(count, gibibytes(inputs, keys.size)) },
    ...(iops > 0 ? [{ what: `${what}, IOPS`, price: "ebs.gp3.iops", quantity: scaled(count, iops) }] : []),
    ...(throughput > 0
      ? [{ what: `${what}, throughput`, price: "ebs.gp3.throughput", quantity: scaled(count, throughput) }]
      : []),
  ];
}

/** A launch template's or a node class's volumes: `[{ ebs: { volumeType, volumeSize } }]`. */
export function mappedVolumes(inputs: Reader, key: string, count: Range, what: string): Part[] {
  if (!inputs.has(key) || inputs.count(key) === 0) {
    throw new Unpriceable(`${inputs.at(key)} is missing: name each node's volume with its type and size`);
  }
  return inputs.objects(key).flatMap((mapping) => gp3(mapping.object("ebs"), ofDevice, count, what));
}

const powers: Readonly<Record<string, number>> = { "": 1, K: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 };
const binary: Readonly<Record<string, number>> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50 };

/** The cluster's default class is gp3; another one must say so in its name. */
export function checkStorageClass(inputs: Reader, key: string): void {
  const storageClass = inputs.string(key, "gp3");
  if (storageClass.startsWith("gp3")) return;
  throw new Unpriceable(`${inputs.at(key)} is ${storageClass}; there are prices for gp3 alone`);
}

/** A size in GiB: a number of them, or a Kubernetes quantity such as `50Gi`. */
export const gibibytes = (inputs: Reader, key: string): number => quantity(inputs, key, 2 ** 30);

/** A plain number as it is, or a Kubernetes quantity (`4`, `500m`, `50Gi`) in units of so much. */
export function quantity(inputs: Reader, key: string, unit = 1): number {
  try {
    return inputs.number(key);
  } catch (error) {
    if (!(error instanceof Unpriceable)) throw error;
    return quantityOf(inputs.string(key), inputs.at(key)) / unit;
  }
}

function quantityOf(text: string, path: string): number {
  const match = /^(\d+(?:\.\d+)?)(m|Ki|Mi|Gi|Ti|Pi|[KMGTP])?$/.exec(text.trim().replace(/k$/, "K"));
  if (!match) throw new Unpriceable(`${path} is ${JSON.stringify(text)}; a quantity such as 4, 500m or 50Gi is needed`);
  const [, digits = "", suffix = ""] = match;
  return Number(digits) * (suffix === "m" ? 0.001 : (binary[suffix] ?? powers[suffix] ?? 1));
}
