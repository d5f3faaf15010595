import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { renderJson } from "../../runtime/config/index.ts";
import { serviceCidr } from "../addresses/index.ts";
import { trusting, trustingPods } from "../iam/index.ts";
import { type AwsScope, about, costIn, keyUses, logsKept, RegionComponent } from "../region/index.ts";
import { addonVersions } from "../versions.ts";
import { type AddonSpec, addons } from "./addons.ts";
import { kubeconfig } from "./kubeconfig.ts";
import { SystemNodes, type SystemNodesArgs } from "./nodes.ts";

/** What a cluster is made from. */
export interface ClusterArgs {
  /** The physical name, see `clusterNameOf`. */
  readonly clusterName: string;
  /** Such as 1.34; its add-ons' versions must be in `versions.ts`. */
  readonly kubernetesVersion: string;
  readonly privateSubnetIds: readonly pulumi.Input<string>[];
  /** The network's ways out: nodes can't join before these are there. */
  readonly routes: readonly pulumi.Resource[];
  readonly systemNodes: Pick<SystemNodesArgs, "instanceType" | "min" | "max" | "diskGiB">;
  /** From where the API server is reached over the internet; from nowhere where empty. */
  readonly publicCidrs: readonly string[];
  /** The role that deploys into the cluster; whoever creates it, where absent. */
  readonly deployRoleArn?: string | undefined;
  /** Roles of people who administer it. */
  readonly administratorArns: readonly string[];
  /** @default 90 */
  readonly logRetentionDays?: number;
}

const adminPolicy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy";
const typeToken = "hybrid-llm:cluster:Cluster";

/**
 * An EKS cluster: access by entries alone (no aws-auth map), Kubernetes' secrets encrypted by a key of its own, the API
 * server private unless the configuration opens it, its logs kept, AWS's add-ons, and a small group of nodes.
 *
 * Cost: the control plane by the hour (more once its Kubernetes version is out of standard support), the nodes, a KMS key
 * by the month, logs by the GB.
 */
export class Cluster extends RegionComponent<AwsScope> {
  readonly clusterName: string;
  readonly cluster: aws.eks.Cluster;
  readonly kubeconfig: pulumi.Output<string>;
  readonly oidcProvider: aws.iam.OpenIdConnectProvider;
  /** The group of control plane and nodes, for databases to let in. */
  readonly securityGroupId: pulumi.Output<string>;
  /** What pods need to run: nodes, and the add-ons that give them network, names and volumes. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, scope: AwsScope, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    const { clusterName, kubernetesVersion, deployRoleArn, logRetentionDays = 90 } = args;
    super(
      typeToken,
      name,
      scope,
      {
        kubernetesVersion,
        logRetentionDays,
        ...costIn(scope, {
          lines: {
            "eks.cluster.standard": 1,
            "kms.key": { min: 1, expected: 1, max: 3 },
          },
          usage: { "kms.requests": about(keyUses), ...logsKept(scope.use.logsGB, logRetentionDays) },
        }),
      },
      opts,
    );
    this.clusterName = clusterName;
    this.cluster = this.#createCluster(args, logRetentionDays);
    this.securityGroupId = this.cluster.vpcConfig.clusterSecurityGroupId;
    this.oidcProvider = new aws.iam.OpenIdConnectProvider(
      this.named("oidc"),
      {
        url: this.cluster.identities.apply(issuerOf),
        clientIdLists: ["sts.amazonaws.com"],
      },
      this.own(),
    );
    const access = this.#createAccess(args);
    const early = this.#createAddons(args, true, []);
    const nodes = new SystemNodes(
      this.named("system-nodes"),
      scope,
      { cluster: this.cluster, clusterName, kubernetesVersion, subnetIds: args.privateSubnetIds, ...args.systemNodes },
      this.own({ dependsOn: [...early, ...args.routes] }),
    );
    const late = this.#createAddons(args, false, [nodes]);
    this.ready = [...access, ...early, nodes, ...late];
    this.kubeconfig = pulumi
      .all([this.cluster.endpoint, this.cluster.certificateAuthority.data])
      .apply(([endpoint, certificateAuthority]) =>
        kubeconfig({ clusterName, region: scope.name, endpoint, certificateAuthority, roleArn: deployRoleArn }),
      );
    this.registerOutputs({ clusterName, endpoint: this.cluster.endpoint });
  }

  #createCluster(args: ClusterArgs, logRetentionDays: number): aws.eks.Cluster {
    const { scope } = this;
    const { clusterName, kubernetesVersion, privateSubnetIds, publicCidrs, deployRoleArn } = args;
    const key = new aws.kms.Key(
      this.named("key"),
      {
        description: `Secrets of the cluster ${clusterName}`,
        enableKeyRotation: true,
        deletionWindowInDays: scope.production ? 30 : 7,
      },
      this.own({ protect: scope.production }),
    );
    new aws.kms.Alias(this.named("key-alias"), { name: `alias/${clusterName}`, targetKeyId: key.keyId }, this.own());
    const role = new aws.iam.Role(
      this.named("role"),
      { name: scope.physical("cluster"), assumeRolePolicy: trusting("eks.amazonaws.com") },
      this.own(),
    );
    const policy = new aws.iam.RolePolicyAttachment(
      this.named("policy"),
      { role: role.name, policyArn: "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy" },
      this.own(),
    );
    // EKS would make the group itself, and keep its logs for ever.
    const logs = new aws.cloudwatch.LogGroup(
      this.named("logs"),
      { name: `/aws/eks/${clusterName}/cluster`, retentionInDays: logRetentionDays },
      this.own(),
    );
    return new aws.eks.Cluster(
      this.named("control-plane"),
      {
        name: clusterName,
        version: kubernetesVersion,
        roleArn: role.arn,
        bootstrapSelfManagedAddons: false,
        deletionProtection: scope.production,
        upgradePolicy: { supportType: "STANDARD" },
        accessConfig: {
          authenticationMode: "API",
          bootstrapClusterCreatorAdminPermissions: deployRoleArn === undefined,
        },
        encryptionConfig: { resources: ["secrets"], provider: { keyArn: key.arn } },
        kubernetesNetworkConfig: { ipFamily: "ipv4", serviceIpv4Cidr: serviceCidr },
        enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
        vpcConfig: {
          subnetIds: [...privateSubnetIds],
          endpointPrivateAccess: true,
          endpointPublicAccess: publicCidrs.length > 0,
          ...(publicCidrs.length > 0 ? { publicAccessCidrs: [...publicCidrs] } : {}),
        },
      },
      this.own({ dependsOn: [policy, logs], protect: scope.production }),
    );
  }

  /** Who may administer: by the entry's place in the list, because an ARN is no name. */
  #createAccess({ administratorArns, deployRoleArn }: ClusterArgs): pulumi.Resource[] {
    const principals = [
      ...(deployRoleArn === undefined ? [] : [["deploy", deployRoleArn] as const]),
      ...administratorArns.map((arn) => [`admin-${arn.split("/").at(-1)}`, arn] as const),
    ];
    return principals.flatMap(([who, principalArn]) => {
      const at = { clusterName: this.cluster.name, principalArn };
      const entry = new aws.eks.AccessEntry(this.named(`access-${who}`), { ...at, type: "STANDARD" }, this.own());
      const association = new aws.eks.AccessPolicyAssociation(
        this.named(`access-${who}-policy`),
        { ...at, policyArn: adminPolicy, accessScope: { type: "cluster" } },
        this.own({ dependsOn: entry }),
      );
      return [association];
    });
  }

  #createAddons({ kubernetesVersion }: ClusterArgs, beforeNodes: boolean, after: pulumi.Resource[]): pulumi.Resource[] {
    return addons
      .filter((addon) => addon.beforeNodes === beforeNodes)
      .map((addon) => this.#createAddon(addon, kubernetesVersion, after));
  }

  #createAddon(addon: AddonSpec, kubernetesVersion: string, dependsOn: pulumi.Resource[]): aws.eks.Addon {
    const { name, identity, configuration } = addon;
    const version = addonVersions[kubernetesVersion]?.[name];
    if (version === undefined) {
      throw new pulumi.ResourceError(`no version of ${name} for Kubernetes ${kubernetesVersion} in versions.ts`, this);
    }
    return new aws.eks.Addon(
      this.named(name),
      {
        clusterName: this.cluster.name,
        addonName: name,
        addonVersion: version,
        resolveConflictsOnCreate: "OVERWRITE",
        resolveConflictsOnUpdate: "OVERWRITE",
        ...(configuration ? { configurationValues: renderJson(configuration) } : {}),
        ...(identity ? { podIdentityAssociations: [this.#createIdentity(name, identity)] } : {}),
      },
      this.own({ dependsOn }),
    );
  }

  #createIdentity(
    addon: string,
    { serviceAccount, policyArn }: NonNullable<AddonSpec["identity"]>,
  ): { serviceAccount: string; roleArn: pulumi.Output<string> } {
    const role = new aws.iam.Role(
      this.named(`${addon}-role`),
      { name: this.scope.physical(addon), assumeRolePolicy: trustingPods },
      this.own(),
    );
    const attachment = new aws.iam.RolePolicyAttachment(
      this.named(`${addon}-policy`),
      { role: role.name, policyArn },
      this.own(),
    );
    return { serviceAccount, roleArn: pulumi.all([role.arn, attachment.id]).apply(([arn]) => arn) };
  }
}

/** A plan doesn't know it yet, and mocks then give nothing at all. */
function issuerOf(
  identities: readonly { readonly oidcs?: readonly { readonly issuer?: string }[] }[] | undefined,
): string {
  return identities?.[0]?.oidcs?.[0]?.issuer ?? "";
}
