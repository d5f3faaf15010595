import { describe, expect, it } from "vitest";
import { Cluster, type ClusterArgs } from "../../infra/cluster/index.ts";
import { awsScope, byName, computedOutputs, listed } from "../support/infra.ts";
import { registrationsOf, valueOfOutput } from "../support/pulumi-mocks.ts";

const args: ClusterArgs = {
  clusterName: "main",
  kubernetesVersion: "1.34",
  privateSubnetIds: ["subnet-1", "subnet-2"],
  routes: [],
  systemNodes: { instanceType: "m7g.large", min: 2, max: 3, diskGiB: 50 },
  publicCidrs: [],
  administratorArns: [],
};
const clusterOf = (changes: Partial<ClusterArgs> = {}, production = false) =>
  registrationsOf(() => new Cluster("k", awsScope({ production }), { ...args, ...changes }), {
    outputs: computedOutputs,
  });

describe("a cluster", () => {
  it("is a control plane, add-ons and a small group of nodes", async () => {
    const found = await clusterOf();
    expect(listed(found).toSorted()).toEqual(
      [
        "Cluster k",
        "Cluster k-control-plane",
        "Key k-key",
        "Alias k-key-alias",
        "LogGroup k-logs",
        "OpenIdConnectProvider k-oidc",
        "RolePolicyAttachment k-policy",
        "Role k-role",
        "Addon k-aws-ebs-csi-driver",
        "RolePolicyAttachment k-aws-ebs-csi-driver-policy",
        "Role k-aws-ebs-csi-driver-role",
        "Addon k-coredns",
        "Addon k-eks-pod-identity-agent",
        "Addon k-kube-proxy",
        "Addon k-vpc-cni",
        "RolePolicyAttachment k-vpc-cni-policy",
        "Role k-vpc-cni-role",
        "SystemNodes k-system-nodes",
        "NodeGroup k-system-nodes-group",
        "RolePolicyAttachment k-system-nodes-policy-AmazonEC2ContainerRegistryPullOnly",
        "RolePolicyAttachment k-system-nodes-policy-AmazonEKSWorkerNodePolicy",
        "RolePolicyAttachment k-system-nodes-policy-AmazonSSMManagedInstanceCore",
        "Role k-system-nodes-role",
        "LaunchTemplate k-system-nodes-template",
      ].toSorted(),
    );
    const resources = byName(found);
    expect(resources["k-control-plane"]?.inputs).toMatchObject({
      name: "main",
      version: "1.34",
      bootstrapSelfManagedAddons: false,
      accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: true },
      encryptionConfig: { resources: ["secrets"], provider: { keyArn: "arn:aws:test:::k-key" } },
      vpcConfig: { subnetIds: ["subnet-1", "subnet-2"], endpointPrivateAccess: true, endpointPublicAccess: false },
      enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
    });
    expect(resources["k-system-nodes-template"]?.inputs).toMatchObject({
      metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
      blockDeviceMappings: [{ ebs: { volumeType: "gp3", encrypted: "true", volumeSize: 50 } }],
    });
    expect(resources["k-system-nodes-group"]?.inputs).toMatchObject({
      amiType: "AL2023_ARM_64_STANDARD",
      scalingConfig: { minSize: 2, desiredSize: 2, maxSize: 3 },
    });
    expect(resources["k-aws-ebs-csi-driver"]?.inputs).toMatchObject({
      podIdentityAssociations: [
        { serviceAccount: "ebs-csi-controller-sa", roleArn: "arn:aws:test:::k-aws-ebs-csi-driver-role" },
      ],
    });
  });

  it("lets in whom the configuration names, by entries alone", async () => {
    const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
    const found = byName(
      await clusterOf({
        deployRoleArn: role("deploy"),
        administratorArns: [role("people")],
        publicCidrs: ["192.0.2.0/24"],
      }),
    );
    expect(found["k-control-plane"]?.inputs).toMatchObject({
      accessConfig: { bootstrapClusterCreatorAdminPermissions: false },
      vpcConfig: { endpointPublicAccess: true, publicAccessCidrs: ["192.0.2.0/24"] },
    });
    expect(found["k-access-deploy"]?.inputs).toEqual({
      clusterName: "main",
      principalArn: role("deploy"),
      type: "STANDARD",
    });
    expect(found["k-access-admin-people-policy"]?.inputs).toMatchObject({
      policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
      accessScope: { type: "cluster" },
    });
  });

  it("is kept from deletion in production", async () => {
    const found = byName(await clusterOf({}, true));
    expect(found["k-control-plane"]?.inputs).toMatchObject({ deletionProtection: true });
    expect(found["k-key"]?.inputs).toMatchObject({ deletionWindowInDays: 30, enableKeyRotation: true });
  });

  it("has a kubeconfig once there is a cluster, and composes in a preview without one", async () => {
    let text = "";
    await registrationsOf(
      async () => {
        text = await valueOfOutput(new Cluster("k", awsScope(), args).kubeconfig);
      },
      { outputs: computedOutputs },
    );
    expect(JSON.parse(text).clusters[0].cluster.server).toBe("https://k-control-plane.example.com");
    const preview = await registrationsOf(() => new Cluster("k", awsScope(), args), {
      preview: true,
      outputs: computedOutputs,
    });
    expect(listed(preview)).toEqual(listed(await clusterOf()));
  });

  it("refuses a Kubernetes version whose add-ons aren't known", async () => {
    let message = "";
    await registrationsOf(() => {
      try {
        new Cluster("k", awsScope(), { ...args, kubernetesVersion: "1.20" });
      } catch (error) {
        message = (error as Error).message;
      }
    });
    expect(message).toBe("no version of eks-pod-identity-agent for Kubernetes 1.20 in versions.ts");
  });
});
