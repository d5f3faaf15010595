/** What is asked of the API server, by the token that a program registers. */
export interface Kind {
  /** As in a manifest: `v1`, `apps/v1`. */
  readonly apiVersion: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly kind: string;
  /** Sets fields of an object that somebody else owns: `ConfigMapPatch`. */
  readonly isPatch: boolean;
}

/** `kubernetes:apps/v1:Deployment`; `undefined` for what is no object of an API. */
export function parseToken(token: string): Kind | undefined {
  const [, group, version, name] = /^kubernetes:([\w.-]+)\/(v\d\w*):(\w+)$/.exec(token) ?? [];
  if (group === undefined || version === undefined || name === undefined) return undefined;
  const isPatch = name.endsWith("Patch") && name !== "Patch";
  return {
    apiVersion: group === "core" ? version : `${group}/${version}`,
    group: group === "core" ? "" : group,
    kind: isPatch ? name.slice(0, -"Patch".length) : name,
    isPatch,
  };
}

/** Kinds of the API server's own groups that are in no namespace. */
const clusterScoped = new Set([
  "APIService",
  "CSIDriver",
  "CSINode",
  "CertificateSigningRequest",
  "ClusterRole",
  "ClusterRoleBinding",
  "ClusterTrustBundle",
  "CustomResourceDefinition",
  "DeviceClass",
  "DeviceTaintRule",
  "FlowSchema",
  "IPAddress",
  "IngressClass",
  "MutatingAdmissionPolicy",
  "MutatingAdmissionPolicyBinding",
  "MutatingWebhookConfiguration",
  "Namespace",
  "Node",
  "PersistentVolume",
  "PriorityClass",
  "PriorityLevelConfiguration",
  "ResourceSlice",
  "RuntimeClass",
  "ServiceCIDR",
  "StorageClass",
  "StorageVersionMigration",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "ValidatingWebhookConfiguration",
  "VolumeAttachment",
  "VolumeAttributesClass",
]);

const ownGroups = new Set([
  "",
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
  "apps",
  "authentication.k8s.io",
  "authorization.k8s.io",
  "autoscaling",
  "batch",
  "certificates.k8s.io",
  "coordination.k8s.io",
  "discovery.k8s.io",
  "events.k8s.io",
  "flowcontrol.apiserver.k8s.io",
  "internal.apiserver.k8s.io",
  "networking.k8s.io",
  "node.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
  "resource.k8s.io",
  "scheduling.k8s.io",
  "storage.k8s.io",
  "storagemigration.k8s.io",
]);

/** `undefined`: a custom kind, of which only its cluster knows. */
export function isNamespaced({ group, kind }: Kind): boolean | undefined {
  return ownGroups.has(group) ? !clusterScoped.has(kind) : undefined;
}

export interface Mutability {
  readonly configMaps: boolean;
  readonly secrets: boolean;
}

const always = ["apiVersion", "kind", "metadata.name", "metadata.generateName", "metadata.namespace"];

/**
 * Whose change the API server refuses, by group and kind, so that it means another object. For ConfigMaps and Secrets it
 * is the official provider's choice: pods would not see the change.
 */
const immutable: Readonly<Record<string, readonly string[]>> = {
  "/PersistentVolumeClaim": [
    "spec.accessModes",
    "spec.dataSource",
    "spec.dataSourceRef",
    "spec.selector",
    "spec.storageClassName",
    "spec.volumeMode",
    "spec.volumeName",
  ],
  "/PersistentVolume": [
    "spec.awsElasticBlockStore",
    "spec.csi",
    "spec.hostPath",
    "spec.local",
    "spec.nfs",
    "spec.volumeMode",
  ],
  "/Pod": [
    "spec.containers[*].command",
    "spec.containers[*].args",
    "spec.containers[*].env",
    "spec.containers[*].name",
    "spec.containers[*].ports",
    "spec.containers[*].volumeMounts",
    "spec.nodeName",
    "spec.nodeSelector",
    "spec.restartPolicy",
    "spec.serviceAccountName",
    "spec.volumes",
  ],
  "/Service": ["spec.clusterIP"],
  "apps/DaemonSet": ["spec.selector"],
  "apps/Deployment": ["spec.selector"],
  "apps/ReplicaSet": ["spec.selector"],
  "apps/StatefulSet": ["spec.podManagementPolicy", "spec.selector", "spec.serviceName", "spec.volumeClaimTemplates"],
  "batch/Job": ["spec.completionMode", "spec.completions", "spec.manualSelector", "spec.selector", "spec.template"],
  "networking.k8s.io/IngressClass": ["spec.controller"],
  "node.k8s.io/RuntimeClass": ["handler"],
  "rbac.authorization.k8s.io/ClusterRoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/RoleBinding": ["roleRef"],
  "scheduling.k8s.io/PriorityClass": ["value", "preemptionPolicy"],
  "storage.k8s.io/CSIDriver": ["spec.attachRequired", "spec.volumeLifecycleModes"],
  "storage.k8s.io/StorageClass": ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"],
  "apiextensions.k8s.io/CustomResourceDefinition": ["spec.group", "spec.names.kind", "spec.names.plural", "spec.scope"],
};

export function replacedBy({ group, kind }: Kind, mutable: Mutability): readonly string[] {
  const own = immutable[`${group}/${kind}`] ?? [];
  const data = ["data", "binaryData", "immutable"];
  if (group === "" && kind === "ConfigMap") return mutable.configMaps ? always : [...always, ...data];
  if (group === "" && kind === "Secret") {
    return mutable.secrets ? [...always, "type"] : [...always, "type", ...data, "stringData"];
  }
  return [...always, ...own];
}
