import { afterAll, beforeAll, expect, test } from "vitest";
import { customResourceDefinitions } from "../../../tools/cluster/index.ts";
import { goldens, objectsOfGolden } from "../../support/goldens.ts";
import { objectsOf, type Planned } from "../../support/manifests.ts";
import { phasesOf } from "../../support/phases.ts";
import { clustersOf, planOf, stackOf } from "../../support/plan.ts";
import { describeWithControlPlane, startCluster, type TestCluster } from "../support.ts";
import { installDefinitions, refusals } from "./trial.ts";

/** Namespaces that a golden's objects are in and that another component makes. */
function homesOf(planned: readonly Planned[]): Planned[] {
  const made = planned.flatMap(({ object }) => (object.kind === "Namespace" ? [object.metadata?.name] : []));
  const named = planned.flatMap(({ object: { metadata } }) => (metadata?.namespace ? [metadata.namespace] : []));
  return [...new Set(named)]
    .filter((name) => !made.includes(name))
    .map((name) => ({
      name: `namespace ${name}`,
      object: { apiVersion: "v1", kind: "Namespace", metadata: { name } },
    }));
}

const stacks = ["cluster", "dev", "prod", "airgap"];

/** Everything that is tried here. */
async function everything(): Promise<Planned[]> {
  const found = goldens.flatMap(objectsOfGolden);
  for (const stack of stacks) {
    for (const phase of phasesOf(stackOf(stack))) found.push(...objectsOf(await planOf(phase)));
  }
  return found;
}

describeWithControlPlane("what is planned, at a real API server", (directory) => {
  let cluster: TestCluster;
  beforeAll(async () => {
    const definitions = customResourceDefinitions.find();
    if (definitions === undefined) throw new Error("there are no definitions: npm run test:cluster gets them");
    cluster = await startCluster(directory);
    await installDefinitions(cluster, definitions, await everything());
  });
  afterAll(async () => cluster?.plane.stop());

  test("a mistake is refused, in Kubernetes' own objects, in custom ones, and in pods that will be", async () => {
    const of = (name: string, apiVersion: string, kind: string, spec: object, namespace = "default"): Planned => ({
      name,
      object: { apiVersion, kind, metadata: { name, namespace }, spec },
    });
    const workload = (name: string, pod: object, namespace?: string): Planned => {
      const labels = { app: name };
      const spec = { containers: [{ name: "a", image: "a" }], ...pod };
      const template = { metadata: { labels }, spec };
      return of(name, "apps/v1", "Deployment", { selector: { matchLabels: labels }, template }, namespace);
    };
    const strict = { name: "strict", labels: { "pod-security.kubernetes.io/enforce": "restricted" } };
    const backendRefs = [{ name: "a", port: 80, weight: -1 }];
    const scaler = { scaleTargetRef: { name: "a" }, triggers: [], minReplica: 1 };
    const refused = await refusals(cluster, [
      { name: "strict", object: { apiVersion: "v1", kind: "Namespace", metadata: strict } },
      of("service", "v1", "Service", { ports: [{ prot: 1 }] }),
      of("route", "gateway.networking.k8s.io/v1", "HTTPRoute", { rules: [{ backendRefs }] }),
      of("scaler", "keda.sh/v1alpha1", "ScaledObject", scaler),
      of("thing", "example.com/v1", "Thing", {}),
      workload("stranger", { serviceAccountName: "nobody" }),
      workload("careless", {}, "strict"),
      workload("endless", { restartPolicy: "Sometimes" }),
    ]);
    expect(refused).toEqual([
      expect.stringMatching(/^careless's pod: .*violates PodSecurity "restricted:latest"/),
      expect.stringMatching(/^endless's pod: .*restartPolicy/),
      expect.stringMatching(/^endless: .*restartPolicy/),
      expect.stringMatching(/^route: .*weight/),
      expect.stringMatching(/^scaler: .*\.minReplica: field not declared/),
      expect.stringMatching(/^service: .*\.prot: field not declared/),
      expect.stringMatching(/^stranger's pod: .*serviceaccount "nobody" not found/),
      expect.stringMatching(/^thing: .*no kind Thing/),
    ]);
  });

  test.each(stacks)("each object of %s is taken, in both phases", async (stack) => {
    for (const phase of phasesOf(stackOf(stack))) {
      for (const { region, objects } of clustersOf(await planOf(phase))) {
        const planned = objectsOf(objects);
        expect(planned.length).toBeGreaterThan(20);
        expect([region, await refusals(cluster, planned)]).toEqual([region, []]);
      }
    }
  });

  test.each(goldens)("each object of %s is taken", async (name) => {
    const planned = objectsOfGolden(name);
    expect(planned.length).toBeGreaterThan(0);
    expect(await refusals(cluster, [...homesOf(planned), ...planned])).toEqual([]);
  });
});
