/** Whether two IPv4 networks in CIDR notation share an address. */
export function overlap(a: string, b: string): boolean {
  const [left, right] = [rangeOf(a), rangeOf(b)];
  return left.first <= right.last && right.first <= left.last;
}

function rangeOf(cidr: string): { first: number; last: number } {
  const [address = "", bits = "32"] = cidr.split("/");
  const value = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const size = 2 ** (32 - Number(bits));
  const first = Math.floor(value / size) * size;
  return { first, last: first + size - 1 };
}
