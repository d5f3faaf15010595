import { describe, expect, it } from "vitest";
import { refuseDefaultProviders } from "../../infra/region/index.ts";
import { Sandbox } from "../../infra/sandbox/index.ts";
import { children, clusterScope, inputsOf, planned, rendered } from "../support/workloads.ts";

const plan = () =>
  planned(() => {
    refuseDefaultProviders();
    new Sandbox("eu-west-1-sandbox", clusterScope());
  });

describe("the sandbox", () => {
  it("is gVisor, silent, limited, and entered by one controller", async () => {
    const found = await plan();
    expect(children(found).filter((line) => line.endsWith("< eu-west-1-sandbox"))).toEqual([
      "ValidatingAdmissionPolicy eu-west-1-sandbox-admission < eu-west-1-sandbox",
      "ValidatingAdmissionPolicyBinding eu-west-1-sandbox-admission-binding < eu-west-1-sandbox",
      "Namespace eu-west-1-sandbox-adversaries < eu-west-1-sandbox",
      "RoleBinding eu-west-1-sandbox-adversaries-binding < eu-west-1-sandbox",
      "Role eu-west-1-sandbox-adversaries-role < eu-west-1-sandbox",
      "ServiceAccount eu-west-1-sandbox-controller < eu-west-1-sandbox",
      "Namespace eu-west-1-sandbox-home < eu-west-1-sandbox",
      "PriorityClass eu-west-1-sandbox-priority < eu-west-1-sandbox",
      "RuntimeClass eu-west-1-sandbox-runtime < eu-west-1-sandbox",
      "Namespace eu-west-1-sandbox-verifier < eu-west-1-sandbox",
      "RoleBinding eu-west-1-sandbox-verifier-binding < eu-west-1-sandbox",
      "Role eu-west-1-sandbox-verifier-role < eu-west-1-sandbox",
    ]);
    await expect(rendered(found)).toMatchFileSnapshot("golden/sandbox.yaml");
  });

  it("lets nothing that runs in it talk, not even to DNS", async () => {
    const policies = (await plan()).filter(({ type }) => type.endsWith(":NetworkPolicy")).map(({ name }) => name);
    expect(policies).toEqual([
      "eu-west-1-sandbox-adversaries-deny-all",
      "eu-west-1-sandbox-home-allow-dns",
      "eu-west-1-sandbox-home-deny-all",
      "eu-west-1-sandbox-verifier-deny-all",
    ]);
  });

  it("gives the controller no right but that over pods, where they run", async () => {
    const found = await plan();
    const roles = found.filter(({ type }) => /:(?:Cluster)?Role(?:Binding)?$/.test(type));
    expect(roles.map(({ inputs }) => (inputs.metadata as { namespace?: string }).namespace)).toEqual([
      "adversaries",
      "adversaries",
      "verifier",
      "verifier",
    ]);
    expect(inputsOf(found, "eu-west-1-sandbox-admission")).toMatchObject({
      spec: {
        failurePolicy: "Fail",
        validations: [
          { expression: 'request.userInfo.username == "system:serviceaccount:sandbox:sandbox-controller"' },
          { expression: expect.stringContaining("gvisor") },
          { expression: expect.stringContaining("automountServiceAccountToken") },
        ],
      },
    });
  });
});
