import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { Namespace, type NamespaceQuota, namespaces } from "../network-policy/index.ts";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import { labelsOf } from "../workload/index.ts";
import { type PodRule, podPolicy, podPolicyBinding } from "./admission.ts";

/** What the sandbox is made from. */
export interface SandboxArgs {
  /** Pods that are held ready, and those at work. @default 20 pods, 4 CPUs, 4 GiB */
  readonly adversaries?: NamespaceQuota;
  /** Pods that run a logic verifier's code. @default 20 pods, 4 CPUs, 4 GiB */
  readonly verifier?: NamespaceQuota;
  /** Labels of the nodes that have gVisor; all have it by default. */
  readonly nodeSelector?: Readonly<Record<string, string>>;
}

const typeToken = "hybrid-llm:sandbox:Sandbox";
const controller = { namespace: namespaces.sandbox, serviceAccount: "sandbox-controller" };
const runtimeClass = "gvisor";
const priorityClass = "sandbox";
const workplaces = [namespaces.adversaries, namespaces.verifier] as const;
const small: NamespaceQuota = { pods: 20, cpu: "4", memory: "4Gi" };

/**
 * Where code runs that nobody trusts: adversaries that a panel calls up, and what a logic verifier is given. Its pods are
 * gVisor's, talk to nobody (not even to DNS), hold no token, and are made and killed by one controller alone.
 *
 * The nodes need gVisor's runsc; without it pods wait, and nothing runs outside of the sandbox.
 *
 * Cost: at most the CPU and memory of both quotas, while pods run.
 */
export class Sandbox extends RegionComponent<RegionScope> {
  /** Of the controller that makes pods. */
  readonly serviceAccount = controller.serviceAccount;
  readonly runtimeClass = runtimeClass;
  readonly priorityClass = priorityClass;

  constructor(name: string, scope: RegionScope, args: SandboxArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super(typeToken, name, scope, {}, opts);
    const { adversaries = small, verifier = small, nodeSelector } = args;
    new kubernetes.node.v1.RuntimeClass(
      this.named("runtime"),
      {
        metadata: { name: runtimeClass },
        handler: "runsc",
        // gVisor's own kernel, for each pod.
        overhead: { podFixed: { cpu: "50m", memory: "64Mi" } },
        ...(nodeSelector === undefined ? {} : { scheduling: { nodeSelector: { ...nodeSelector } } }),
      },
      this.own(),
    );
    new kubernetes.scheduling.v1.PriorityClass(
      this.named("priority"),
      {
        metadata: { name: priorityClass },
        // Below everything else, which takes their place when nodes are full; they take nobody's.
        value: -100,
        preemptionPolicy: "Never",
        globalDefault: false,
        description: "Adversaries and verifiers: the first to go.",
      },
      this.own(),
    );
    const own = { parent: this };
    const home = new Namespace(
      this.named("home"),
      scope,
      { name: namespaces.sandbox, quota: { pods: 4, cpu: "1", memory: "1Gi" } },
      own,
    );
    const quotas = { [namespaces.adversaries]: adversaries, [namespaces.verifier]: verifier };
    const places = workplaces.map(
      (workplace) =>
        new Namespace(this.named(workplace), scope, { name: workplace, quota: quotas[workplace], dns: false }, own),
    );
    const rule: PodRule = { namespaces: workplaces, creator: controller, runtimeClass };
    this.#createController(home, places);
    this.#createAdmission(rule);
    this.registerOutputs({});
  }

  #createController(home: Namespace, places: readonly Namespace[]): void {
    const labels = labelsOf({ name: controller.serviceAccount });
    new kubernetes.core.v1.ServiceAccount(
      this.named("controller"),
      {
        metadata: { name: controller.serviceAccount, namespace: controller.namespace, labels },
        automountServiceAccountToken: false,
      },
      this.own({ dependsOn: home }),
    );
    for (const [index, namespace] of workplaces.entries()) {
      const metadata = { name: controller.serviceAccount, namespace, labels };
      const after = this.own({ dependsOn: places.slice(index, index + 1) });
      new kubernetes.rbac.v1.Role(
        this.named(`${namespace}-role`),
        {
          metadata,
          rules: [
            { apiGroups: [""], resources: ["pods"], verbs: ["create", "delete", "get", "list", "watch"] },
            { apiGroups: [""], resources: ["pods/exec"], verbs: ["create", "get"] },
            { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
          ],
        },
        after,
      );
      new kubernetes.rbac.v1.RoleBinding(
        this.named(`${namespace}-binding`),
        {
          metadata,
          roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: controller.serviceAccount },
          subjects: [{ kind: "ServiceAccount", name: controller.serviceAccount, namespace: controller.namespace }],
        },
        after,
      );
    }
  }

  #createAdmission(rule: PodRule): void {
    const name = "hybrid-llm-sandbox-pods";
    const policy = new kubernetes.admissionregistration.v1.ValidatingAdmissionPolicy(
      this.named("admission"),
      { metadata: { name }, spec: podPolicy(rule) },
      this.own(),
    );
    new kubernetes.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
      this.named("admission-binding"),
      { metadata: { name }, spec: podPolicyBinding(name, rule) },
      this.own({ dependsOn: policy }),
    );
  }
}
