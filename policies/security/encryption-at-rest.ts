import { isValues, type Value, type Values } from "../../infra/cost/index.ts";
import { linkTo, type Policy } from "../pack/policy.ts";
import { at, isKind, listAt, shown } from "../pack/reading.ts";

const name = "encryption-at-rest";

/** What must be true where, by type; a text "true" counts, as launch templates and storage classes have it. */
const needed: Readonly<Record<string, readonly string[]>> = {
  "aws:ebs/volume:Volume": ["encrypted"],
  "aws:rds/instance:Instance": ["storageEncrypted"],
  "aws:rds/cluster:Cluster": ["storageEncrypted"],
  "aws:elasticache/replicationGroup:ReplicationGroup": ["atRestEncryptionEnabled", "transitEncryptionEnabled"],
};
const isStorageClass = isKind("StorageClass");
const lists: Readonly<Record<string, readonly string[]>> = {
  "aws:ec2/launchTemplate:LaunchTemplate": ["blockDeviceMappings"],
  "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass": ["spec", "blockDeviceMappings"],
};

const isTrue = (value: Value | undefined): boolean => value === true || value === "true";

function unencrypted(properties: Values, ...path: string[]): string[] {
  const found = at(properties, ...path);
  return isTrue(found) ? [] : [`${path.join(".")} is ${shown(found)}; true is allowed`];
}

/** A disk that leaves the data centre must be worth nothing. */
export const encryptionAtRest: Policy = {
  name,
  level: "mandatory",
  reason: "A disk that leaves the data centre must be worth nothing.",
  link: linkTo(name),
  fix: "turn encryption on, with a key of the stack's KMS",
  check: {
    of: "resource",
    applies: (type) =>
      type in needed ||
      type in lists ||
      isStorageClass(type) ||
      ["aws:eks/cluster:Cluster", "aws:ec2/instance:Instance"].includes(type),
    violations({ type, properties }) {
      const volumes = lists[type];
      if (volumes) {
        const found = listAt(properties, ...volumes);
        if (found === "unknown") return [`${volumes.join(".")} are not known before the deployment`];
        return found.flatMap((each) =>
          isValues(each) ? unencrypted(each, "ebs", "encrypted") : ["a volume is not known"],
        );
      }
      if (type === "aws:ec2/instance:Instance") return unencrypted(properties, "rootBlockDevice", "encrypted");
      if (type === "aws:eks/cluster:Cluster") {
        const found = at(properties, "encryptionConfig");
        return isValues(found) || Array.isArray(found)
          ? []
          : [`encryptionConfig is ${shown(found)}; secrets need a key`];
      }
      if (isStorageClass(type)) {
        return at(properties, "provisioner") === "ebs.csi.aws.com"
          ? unencrypted(properties, "parameters", "encrypted")
          : [];
      }
      return (needed[type] ?? []).flatMap((key) => unencrypted(properties, key));
    },
  },
};
