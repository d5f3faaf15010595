/**
 * Availability zones by region, in the order in which they are taken, by their ids: those mean the same zone in every
 * account, as names such as `eu-west-1a` do not. Left out are zones in which EKS places no control plane (use1-az3) and
 * those that new accounts don't get (apne1-az3).
 *
 * Written down from what is known of AWS, not from its list: `aws ec2 describe-availability-zones` is the judge, and an id
 * that is wrong fails `up` before anything is made in it.
 */
export const zonesOfRegion: Readonly<Record<string, readonly string[]>> = {
  "us-east-1": ["use1-az1", "use1-az2", "use1-az4", "use1-az5", "use1-az6"],
  "us-east-2": ["use2-az1", "use2-az2", "use2-az3"],
  "us-west-2": ["usw2-az1", "usw2-az2", "usw2-az3", "usw2-az4"],
  "eu-west-1": ["euw1-az1", "euw1-az2", "euw1-az3"],
  "eu-central-1": ["euc1-az1", "euc1-az2", "euc1-az3"],
  "ap-northeast-1": ["apne1-az1", "apne1-az2", "apne1-az4"],
  "ap-southeast-1": ["apse1-az1", "apse1-az2", "apse1-az3"],
};

/** @throws RangeError for a region that isn't in the table, or that has fewer zones */
export function takeZones(region: string, count: number): readonly string[] {
  const zones = zonesOfRegion[region];
  if (!zones) throw new RangeError(`${region}: the regions in the table are ${Object.keys(zonesOfRegion).join(", ")}`);
  if (count > zones.length) throw new RangeError(`${region} has ${zones.length} usable zones, not ${count}`);
  return zones.slice(0, count);
}
