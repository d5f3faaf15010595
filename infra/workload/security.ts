import type * as kubernetes from "@pulumi/kubernetes";

/** Owns nothing on a node. The number that distroless images give their own such user. */
export const unprivilegedUser = 65532;

/** What a namespace under the Pod Security Standard `restricted` asks of a pod; written volumes belong to its group. */
export const restrictedPod = (user: number = unprivilegedUser): kubernetes.types.input.core.v1.PodSecurityContext => ({
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
  fsGroup: user,
  fsGroupChangePolicy: "OnRootMismatch",
  seccompProfile: { type: "RuntimeDefault" },
});

/** The same of a container; what it writes goes to volumes. */
export const restrictedContainer = (): kubernetes.types.input.core.v1.SecurityContext => ({
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
});
