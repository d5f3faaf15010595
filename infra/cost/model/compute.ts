import type { PriceTable } from "../prices/index.ts";
import { exactly, type Range, scaled } from "../range.ts";
import { type Reader, Unpriceable } from "../reader.ts";
import { all, free, type Part, type Rules, type Surroundings } from "./rule.ts";
import { gp3, mappedVolumes, ofDevice } from "./volumes.ts";

const hourlyOf = (table: PriceTable, type: string, region: string): number => table.figure(`ec2.${type}`, region).usd;

/** EKS and EC2. */
export const computeRules: Rules = {
  "aws:eks/cluster:Cluster": {
    // A version whose standard support ends costs six times as much, unless the cluster is then upgraded by itself.
    parts(inputs) {
      if (inputs.optional("computeConfig")?.boolean("enabled", false)) {
        throw new Unpriceable(
          "computeConfig.enabled: EKS Auto Mode has a fee for each instance that is not in the table",
        );
      }
      const support = inputs.optional("upgradePolicy")?.string("supportType", "EXTENDED") ?? "EXTENDED";
      const extended = support !== "STANDARD";
      return [
        {
          what: extended ? "control plane (at most: extended support)" : "control plane",
          price: "eks.cluster.standard",
          quantity: exactly(1),
        },
        ...(extended
          ? // Billed as 0.60 instead of 0.10: five sixths come on top.
            [
              {
                what: "extended support, if the version gets old",
                price: "eks.cluster.extended",
                quantity: { min: 0, expected: 0, max: 5 / 6 },
              },
            ]
          : []),
      ];
    },
  },
  "aws:eks/nodeGroup:NodeGroup": { parts: nodeGroup },
  "aws:ec2/instance:Instance": {
    parts(inputs, { region, table }) {
      const type = inputs.string("instanceType");
      hourlyOf(table, type, region);
      return [
        { what: `instance ${type}`, price: `ec2.${type}`, quantity: exactly(1) },
        ...gp3(inputs.object("rootBlockDevice"), ofDevice, exactly(1), "root volume"),
        ...inputs.objects("ebsBlockDevices").flatMap((each) => gp3(each, ofDevice, exactly(1), "volume")),
        ...(inputs.boolean("associatePublicIpAddress", false)
          ? [{ what: "public address", price: "ipv4.public", quantity: exactly(1) }]
          : []),
      ];
    },
  },
  "aws:ebs/volume:Volume": {
    parts: (inputs) => gp3(inputs, { type: "type", size: "size" }, exactly(1), "volume"),
  },
  ...all(
    [
      "aws:ec2/launchTemplate:LaunchTemplate",
      "aws:eks/accessEntry:AccessEntry",
      "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
      "aws:eks/addon:Addon",
      "aws:eks/identityProviderConfig:IdentityProviderConfig",
      "aws:eks/podIdentityAssociation:PodIdentityAssociation",
    ],
    free("a setting of a cluster or of nodes, which are priced themselves"),
  ),
};

/** A managed group costs its minimum, its desired and its maximum number of nodes. */
function nodeGroup(inputs: Reader, around: Surroundings): Part[] {
  const scaling = inputs.object("scalingConfig");
  const count: Range = {
    min: scaling.number("minSize"),
    expected: scaling.number("desiredSize"),
    max: scaling.number("maxSize"),
  };
  if (count.min > count.expected || count.expected > count.max) {
    throw new Unpriceable("scalingConfig: desiredSize must lie between minSize and maxSize");
  }
  const types = typesOf(inputs, around);
  const [dearest = ""] = [...types].sort(
    (a, b) => hourlyOf(around.table, b, around.region) - hourlyOf(around.table, a, around.region),
  );
  // Spot has no list price: its upper bound is on-demand.
  const spot = inputs.string("capacityType", "ON_DEMAND") === "SPOT" ? " (spot, at most)" : "";
  return [
    { what: `nodes ${dearest}${spot}`, price: `ec2.${dearest}`, quantity: count },
    ...nodeVolumes(inputs, around, count),
  ];
}

function typesOf(inputs: Reader, around: Surroundings): string[] {
  if (inputs.has("instanceTypes")) return inputs.strings("instanceTypes");
  const templates = launchTemplates(inputs, around);
  if (templates.length === 0) throw new Unpriceable("instanceTypes is missing; name the types of the nodes");
  return templates.map(({ inputs: template }) => template.string("instanceType"));
}

/** Volumes of the nodes: the group's own size, else what its launch template says. */
function nodeVolumes(inputs: Reader, around: Surroundings, count: Range): Part[] {
  if (!inputs.has("launchTemplate")) {
    // EKS documents 20 GiB where nothing is said; its images bring gp3.
    const size = inputs.number("diskSize", 20);
    return [{ what: "nodes' volumes, gp3", price: "ebs.gp3.storage", quantity: scaled(count, size) }];
  }
  const options = launchTemplates(inputs, around).map(({ inputs: template }) =>
    mappedVolumes(template, "blockDeviceMappings", count, "nodes' volumes"),
  );
  const [largest] = options.sort((a, b) => expectedOf(b) - expectedOf(a));
  if (!largest) throw new Unpriceable("launchTemplate: no launch template of this region is in the plan");
  return largest;
}

/** The template that the group names; all of the region while its name is an output that isn't known yet. */
function launchTemplates(inputs: Reader, { others }: Surroundings) {
  const known = others("aws:ec2/launchTemplate:LaunchTemplate");
  let name: string | undefined;
  try {
    name = inputs.optional("launchTemplate")?.string("name");
  } catch (error) {
    if (!(error instanceof Unpriceable)) throw error;
  }
  const named = known.filter(
    ({ inputs: template }) => name !== undefined && template.has("name") && sameName(template, name),
  );
  return named.length > 0 ? named : known;
}

function sameName(template: Reader, name: string): boolean {
  try {
    return template.string("name") === name;
  } catch {
    return false;
  }
}

const expectedOf = (parts: readonly Part[]): number =>
  parts.reduce((total, { quantity }) => total + quantity.expected, 0);
