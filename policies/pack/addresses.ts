import { BlockList, isIP } from "node:net";

const privateRanges = new BlockList();
privateRanges.addSubnet("10.0.0.0", 8);
privateRanges.addSubnet("172.16.0.0", 12);
privateRanges.addSubnet("192.168.0.0", 16);
privateRanges.addSubnet("100.64.0.0", 10);
privateRanges.addSubnet("127.0.0.0", 8);
privateRanges.addSubnet("169.254.0.0", 16);
privateRanges.addSubnet("fc00::", 7, "ipv6");
const smallest = { ipv4: 8, ipv6: 7 } as const;

/** Whether a range of addresses lies within a private one: RFC 1918, 4193, 6598. */
export function isPrivateRange(cidr: string): boolean {
  const [address = "", bits] = cidr.split("/");
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  const prefix = Number(bits ?? Number.NaN);
  if (isIP(address) === 0 || !Number.isInteger(prefix) || prefix < smallest[family]) return false;
  return privateRanges.check(address, family) && privateRanges.check(lastOf(address, prefix, family), family);
}

/** The last address of a range: it must be private too, or 172.16.0.0/8 would pass. */
function lastOf(address: string, prefix: number, family: "ipv4" | "ipv6"): string {
  // Only IPv4 has private ranges narrower than its widest one.
  if (family === "ipv6") return address;
  const value = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - prefix);
  const last = Math.floor(value / size) * size + size - 1;
  return [24, 16, 8, 0].map((shift) => Math.floor(last / 2 ** shift) % 256).join(".");
}
