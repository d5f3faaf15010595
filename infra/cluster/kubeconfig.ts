import { renderJson } from "../../runtime/config/index.ts";

/** What it takes to reach an EKS cluster. */
export interface KubeconfigArgs {
  readonly clusterName: string;
  readonly region: string;
  readonly endpoint: string;
  /** Base64, as EKS gives it. */
  readonly certificateAuthority: string;
  /** The role to take on; without one, whoever runs the program is meant. */
  readonly roleArn?: string | undefined;
}

/**
 * A kubeconfig for an EKS cluster, as JSON with sorted keys. It holds no credential: each call gets a token from
 * `aws eks get-token`. It names no profile of a person's machine, so that it means the same to everybody.
 */
export function kubeconfig({ clusterName, region, endpoint, certificateAuthority, roleArn }: KubeconfigArgs): string {
  const role = roleArn === undefined ? [] : ["--role-arn", roleArn];
  return renderJson({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: clusterName, cluster: { server: endpoint, "certificate-authority-data": certificateAuthority } },
    ],
    contexts: [{ name: clusterName, context: { cluster: clusterName, user: clusterName } }],
    "current-context": clusterName,
    users: [
      {
        name: clusterName,
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command: "aws",
            args: ["--region", region, "eks", "get-token", "--cluster-name", clusterName, "--output", "json", ...role],
            interactiveMode: "Never",
          },
        },
      },
    ],
  });
}
