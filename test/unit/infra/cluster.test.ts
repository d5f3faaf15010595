import { describe, expect, it } from "vitest";
import { amiTypeOf, expandHome, kubeconfig } from "../../../infra/cluster/index.ts";

describe("a kubeconfig", () => {
  const args = {
    clusterName: "hybrid-llm-dev-eu-west-1",
    region: "eu-west-1",
    endpoint: "https://example.eks.amazonaws.com",
    certificateAuthority: "Y2E=",
  };

  it("gets a token for each call, of a role and of no profile", () => {
    const roleArn = "arn:aws:iam::123456789012:role/deploy";
    const { users, clusters } = JSON.parse(kubeconfig({ ...args, roleArn }));
    expect(users[0].user.exec).toEqual({
      apiVersion: "client.authentication.k8s.io/v1beta1",
      command: "aws",
      args: [
        ...["--region", "eu-west-1", "eks", "get-token", "--cluster-name", "hybrid-llm-dev-eu-west-1"],
        ...["--output", "json", "--role-arn", roleArn],
      ],
      interactiveMode: "Never",
    });
    expect(clusters[0].cluster).toEqual({ server: args.endpoint, "certificate-authority-data": "Y2E=" });
    expect(kubeconfig({ ...args, roleArn })).not.toMatch(/profile|env/i);
  });

  it("takes on no role where none is given", () => {
    expect(kubeconfig(args)).not.toContain("--role-arn");
  });

  it("is found from a person's home", () => {
    expect(expandHome("~/.kube/site")).toBe(`${process.env.HOME}/.kube/site`);
    expect(expandHome("/etc/kube~/site")).toBe("/etc/kube~/site");
  });
});

describe("a node's image", () => {
  it.each(["m7g.large", "t4g.large", "c7gn.xlarge", "g5g.xlarge", "r8gd.large", "a1.large", "im4gn.large"])(
    "is for Arm on %s",
    (type) => expect(amiTypeOf(type)).toBe("AL2023_ARM_64_STANDARD"),
  );
  it.each(["m7i.large", "g6.xlarge", "g4dn.xlarge", "p4d.24xlarge", "t3.large", "g6e.xlarge", "m7a.large"])(
    "is for x86 on %s",
    (type) => expect(amiTypeOf(type)).toBe("AL2023_x86_64_STANDARD"),
  );
});
