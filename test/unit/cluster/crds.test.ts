import { expect, test } from "vitest";
import { dataCharts } from "../../../infra/data/versions.ts";
import { kedaVersion } from "../../../infra/facts.ts";
import { secretsOperatorChart } from "../../../infra/secrets/versions.ts";
import { charts, trafficCharts } from "../../../infra/versions.ts";
import { crdSources } from "../../../tools/cluster/index.ts";

/** Of each system, the version that the stacks install. */
const installed: Readonly<Record<string, string>> = {
  "cert-manager": charts.certManager.version,
  KEDA: `v${kedaVersion}`,
  Karpenter: `v${charts.karpenter.version}`,
  "AWS Load Balancer Controller": charts.loadBalancerController.images.controller.tag,
  CloudNativePG: `v${dataCharts.operator.images.operator.tag}`,
  "Barman Cloud plugin": dataCharts.backups.images.plugin.tag,
  "Vault Secrets Operator": `v${secretsOperatorChart.version}`,
  Istio: `v${trafficCharts.istiod.version}`,
  "Prometheus Operator": trafficCharts.prometheus.images.operator.tag,
};

test("definitions are those of the version that is installed, or say why not", () => {
  const others = crdSources.filter(({ system, version }) => system in installed && installed[system] !== version);
  expect(others.map(({ system }) => system)).toEqual(["AWS Load Balancer Controller", "Vault Secrets Operator"]);
  for (const { otherVersion, system } of others) expect(otherVersion).toContain(installed[system]);
  // The charts of these name no version of their definitions.
  const unnamed = crdSources.map(({ system }) => system).filter((system) => !(system in installed));
  expect(unnamed).toEqual(["Gateway API", "Kong Ingress Controller"]);
});
