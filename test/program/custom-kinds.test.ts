import { describe, expect, it } from "vitest";
import { customResourceDefinitions, definitionsIn } from "../../tools/cluster/index.ts";
import { CustomKinds } from "../support/custom-kinds.ts";
import { goldens, objectsOfGolden } from "../support/goldens.ts";
import { objectsOf, type Planned } from "../support/manifests.ts";
import { describeWith } from "../support/part.ts";
import { phasesOf } from "../support/phases.ts";
import { planOf, stackOf } from "../support/plan.ts";

/** The group of a custom kind has a dot, and isn't one of the API server's own. */
const isCustom = ({ object: { apiVersion = "" } }: Planned): boolean =>
  /^[\w-]+(?:\.[\w-]+)+\/v/.test(apiVersion) && !/^(?!gateway\.)[\w.-]+\.k8s\.io\//.test(apiVersion);

describeWith(customResourceDefinitions, "custom kinds and their definitions", (directory) => {
  const kinds = new CustomKinds(definitionsIn(directory));
  const faultsOf = (planned: readonly Planned[]) => planned.flatMap(({ object }) => kinds.faults(object));

  it.each(["cluster", "dev", "prod", "airgap"])("agree in %s", async (stack) => {
    const [, whole] = phasesOf(stackOf(stack));
    const custom = objectsOf(await planOf(whole)).filter(isCustom);
    expect(custom.length).toBeGreaterThan(5);
    expect(faultsOf(custom)).toEqual([]);
  });

  it.each(goldens)("agree in %s", (name) => {
    expect(faultsOf(objectsOfGolden(name).filter(isCustom))).toEqual([]);
  });

  describe("disagree", () => {
    const of = (apiVersion: string, kind: string, spec: object): string[] =>
      kinds.faults({ apiVersion, kind, metadata: { name: "a", namespace: "b" }, spec });

    it.each([
      [
        "an unknown field",
        of("keda.sh/v1alpha1", "ScaledObject", { scaleTargetRef: { name: "a" }, triggers: [], min: 1 }),
        "/spec must NOT have additional properties: min",
      ],
      [
        "a missing one",
        of("cert-manager.io/v1", "Certificate", { secretName: "a" }),
        "/spec must have required property 'issuerRef'",
      ],
      [
        "a wrong type",
        of("gateway.networking.k8s.io/v1", "GatewayClass", { controllerName: 1 }),
        "/spec/controllerName must be string",
      ],
      [
        "a value that isn't allowed",
        of("security.istio.io/v1", "PeerAuthentication", { mtls: { mode: "strict" } }),
        "/spec/mtls/mode must be equal to one of the allowed values",
      ],
      ["an unknown kind", of("keda.sh/v1alpha1", "ScaledThing", {}), "no definition of keda.sh/v1alpha1 ScaledThing"],
    ])("with %s", (_, faults, fault) => {
      expect(faults).toEqual([expect.stringMatching(new RegExp(`b/a: ${fault}$`))]);
    });
  });
});
