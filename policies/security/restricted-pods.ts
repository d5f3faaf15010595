import { ofContainers, startsPods } from "../pack/pods.ts";
import { linkTo, type Policy } from "../pack/policy.ts";
import { at, isKind, label, shown } from "../pack/reading.ts";

const name = "restricted-pods";

const enforce = "pod-security.kubernetes.io/enforce";
const isNamespace = isKind("Namespace");

/** Namespaces whose pods need more than is restricted (a device plugin, the mesh's node agent), by their names. */
const exempt = (config: unknown): readonly string[] => (typeof config === "string" ? config.split(",") : []);

/** A pod that may become root, or see its node, can take the node over. */
export const restrictedPods: Policy = {
  name,
  level: "mandatory",
  reason: "A pod that may become root, or see its node, can take the node over.",
  link: linkTo(name),
  fix: "label the namespace pod-security.kubernetes.io/enforce: restricted, and drop what that forbids; name exceptions in the policy's configuration",
  config: { exempt: { type: "string", description: "names of namespaces that are not judged, with commas between" } },
  check: {
    of: "resource",
    applies: (type) => isNamespace(type) || startsPods(type),
    violations(resource, plan) {
      const { properties } = resource;
      const key = isNamespace(resource.type) ? "name" : "namespace";
      const namespace = at(properties, "metadata", key);
      if (typeof namespace === "string" && exempt(plan.config.exempt).includes(namespace)) return [];
      if (isNamespace(resource.type)) {
        const level = label(properties, enforce);
        return level === "restricted" ? [] : [`the label ${enforce} is ${shown(level)}; restricted is allowed`];
      }
      return ofContainers(resource, ({ name: container, spec }, pod) => {
        const nonRoot = at(spec, "securityContext", "runAsNonRoot") ?? at(pod, "securityContext", "runAsNonRoot");
        const escalation = at(spec, "securityContext", "allowPrivilegeEscalation");
        const privileged = at(spec, "securityContext", "privileged") ?? false;
        const host = (["hostNetwork", "hostPID", "hostIPC"] as const).filter((each) => (pod[each] ?? false) !== false);
        return [
          ...(nonRoot === true ? [] : [`runAsNonRoot of ${container} is ${shown(nonRoot)}; true is allowed`]),
          ...(escalation === false
            ? []
            : [`allowPrivilegeEscalation of ${container} is ${shown(escalation)}; false is allowed`]),
          ...(privileged === false ? [] : [`privileged of ${container} is ${shown(privileged)}`]),
          ...host.map((each) => `${each} is ${shown(pod[each])}`),
        ];
      });
    },
  },
};
