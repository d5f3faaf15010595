/** An IPv4 network by its first address and the number of its leading bits. */
export interface Network {
  readonly first: number;
  readonly prefix: number;
}

/** @throws RangeError where the text is no IPv4 network or has bits of a host set */
export function parseNetwork(cidr: string): Network {
  const [, address = "", bits = ""] = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(cidr) ?? [];
  const octets = address.split(".").map(Number);
  const prefix = Number(bits);
  const first = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  if (bits === "" || prefix > 32 || octets.some((octet) => octet > 255)) {
    throw new RangeError(`${cidr}: allowed is an IPv4 network such as 10.0.0.0/16`);
  }
  if (first % sizeOf(prefix) !== 0) {
    throw new RangeError(
      `${cidr}: the network's own address is ${formatNetwork({ first: first - (first % sizeOf(prefix)), prefix })}`,
    );
  }
  return { first, prefix };
}

export function formatNetwork({ first, prefix }: Network): string {
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return `${octets.join(".")}/${prefix}`;
}

/** The `index`-th of the equal parts into which `bits` further bits divide a network. */
export function subnetOf({ first, prefix }: Network, bits: number, index: number): Network {
  if (prefix + bits > 32 || index < 0 || index >= 2 ** bits) {
    throw new RangeError(`no part ${index} of ${2 ** bits} in ${formatNetwork({ first, prefix })}`);
  }
  return { first: first + index * sizeOf(prefix + bits), prefix: prefix + bits };
}

const sizeOf = (prefix: number): number => 2 ** (32 - prefix);
