import type * as kubernetes from "@pulumi/kubernetes";

type Policy = kubernetes.types.input.admissionregistration.v1.ValidatingAdmissionPolicySpec;
type Binding = kubernetes.types.input.admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec;

/** Who alone may make pods, and of which kind. */
export interface PodRule {
  readonly namespaces: readonly string[];
  readonly creator: { readonly namespace: string; readonly serviceAccount: string };
  readonly runtimeClass: string;
}

/**
 * Rights add up, and an administrator's cover everything: so that nobody else makes pods here by mistake, the API server
 * itself refuses them, and those that are not in the sandbox. A rule that can't be evaluated refuses too.
 */
export function podPolicy({ creator, runtimeClass }: PodRule): Policy {
  const user = `system:serviceaccount:${creator.namespace}:${creator.serviceAccount}`;
  return {
    failurePolicy: "Fail",
    matchConstraints: {
      resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
    },
    validations: [
      { expression: `request.userInfo.username == "${user}"`, message: `pods here are made by ${user} alone` },
      {
        expression: `has(object.spec.runtimeClassName) && object.spec.runtimeClassName == "${runtimeClass}"`,
        message: `pods here run in the runtime class ${runtimeClass}`,
      },
      {
        expression:
          "has(object.spec.automountServiceAccountToken) && object.spec.automountServiceAccountToken == false",
        message: "pods here hold no token: automountServiceAccountToken must be false",
      },
    ],
  };
}

export const podPolicyBinding = (policyName: string, { namespaces }: PodRule): Binding => ({
  policyName,
  validationActions: ["Deny"],
  matchResources: {
    namespaceSelector: {
      matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: [...namespaces] }],
    },
  },
});
