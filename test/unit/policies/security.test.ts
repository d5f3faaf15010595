import { describe, expect, it } from "vitest";
import type { PlanResource } from "../../../policies/pack/plan.ts";
import { securityPack } from "../../../policies/security/index.ts";
import { planned, unknownText, violationsOf } from "./support.ts";

const digest = `sha256:${"a".repeat(64)}`;
const container = (more: Record<string, unknown> = {}) => ({
  name: "app",
  image: `registry.example.com/app@${digest}`,
  resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "128Mi" } },
  securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false },
  ...more,
});
const workload = (more: Record<string, unknown> = {}, pod: Record<string, unknown> = {}) =>
  planned("kubernetes:apps/v1:Deployment", {
    metadata: { namespace: "llm" },
    spec: { template: { spec: { containers: [container(more)], ...pod } } },
  });
const namespace = (labels: Record<string, unknown> = { "pod-security.kubernetes.io/enforce": "restricted" }) =>
  planned("kubernetes:core/v1:Namespace", { metadata: { name: "llm", labels } }, { name: "ns" });
const deny = (more: Record<string, unknown> = {}) =>
  planned("kubernetes:networking.k8s.io/v1:NetworkPolicy", {
    metadata: { namespace: "llm" },
    spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"], ...more },
  });
const peer = (mode: unknown, more: Record<string, unknown> = {}) =>
  planned("kubernetes:security.istio.io/v1:PeerAuthentication", {
    metadata: { namespace: "istio-system" },
    spec: { mtls: { mode }, ...more },
  });
const gate = (spec: Record<string, unknown>) =>
  planned("kubernetes:security.istio.io/v1:PeerAuthentication", {
    metadata: { namespace: "gateway" },
    spec: { mtls: { mode: "STRICT" }, selector: { matchLabels: { app: "kong" } }, ...spec },
  });
const bucket = (protect: boolean) => planned("aws:s3/bucket:Bucket", {}, { protect });
const rolePolicy = (document: unknown) =>
  planned("aws:iam/rolePolicy:RolePolicy", {
    policy: typeof document === "string" ? document : JSON.stringify(document),
  });
const allowing = (Action: unknown, more: Record<string, unknown> = {}) =>
  rolePolicy({ Statement: [{ Effect: "Allow", Action, Resource: ["arn:aws:s3:::b/*"], ...more }] });
const pool = (limits: unknown) => planned("kubernetes:karpenter.sh/v1:NodePool", { spec: { limits } });
const database = (storageEncrypted: unknown) =>
  planned("aws:rds/instance:Instance", { storageEncrypted }, { protect: true });
const certificate = (validityPeriodHours: unknown, earlyRenewalHours: unknown, readyForRenewal = false) =>
  planned("tls:index/selfSignedCert:SelfSignedCert", { validityPeriodHours, earlyRenewalHours, readyForRenewal });
const key = (enableKeyRotation: unknown) => planned("aws:kms/key:Key", { enableKeyRotation }, { protect: true });

const found = (...resources: PlanResource[]) =>
  securityPack.policies.filter((policy) => violationsOf(policy, resources).length > 0).map(({ name }) => name);

describe("what is as it should be passes every policy", () => {
  it.each<[string, PlanResource[]]>([
    ["a workload in its namespace", [namespace(), deny(), workload()]],
    ["a strict mesh", [peer("STRICT")]],
    ["a narrow policy document", [allowing(["s3:GetObject"])]],
    ["a limited pool", [pool({ "nvidia.com/gpu": 4 })]],
    ["an encrypted, protected database", [database(true)]],
    ["certificates and keys that rotate", [certificate(87_660, 17_532), key(true)]],
    ["a protected bucket", [bucket(true)]],
    [
      "a Secret, whose values are Pulumi's",
      [planned("kubernetes:core/v1:Secret", { data: { key: `sk-${"a".repeat(40)}` } })],
    ],
  ])("%s", (_, resources) => {
    expect(found(...resources)).toEqual([]);
  });
});

describe("each fault is found by the policy meant for it, and by no other", () => {
  it.each<[string, PlanResource[], string[]]>([
    ["a tag", [workload({ image: "nginx:1.29" })], ["images-by-digest"]],
    ["an unknown image", [workload({ image: unknownText })], ["images-by-digest"]],
    ["no image", [workload({ image: undefined })], ["images-by-digest"]],
    ["no memory limit", [workload({ resources: { requests: { cpu: 1, memory: "1Gi" } } })], ["resource-limits"]],
    ["unknown resources", [workload({ resources: unknownText })], ["resource-limits"]],
    ["a root container", [workload({ securityContext: { allowPrivilegeEscalation: false } })], ["restricted-pods"]],
    [
      "a privileged container",
      [workload({ securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false, privileged: true } })],
      ["restricted-pods"],
    ],
    ["an unknown security context", [workload({ securityContext: unknownText })], ["restricted-pods"]],
    ["the node's network", [workload({}, { hostNetwork: true })], ["restricted-pods"]],
    ["an unknown node's network", [workload({}, { hostNetwork: unknownText })], ["restricted-pods"]],
    ["a namespace of no level", [namespace({}), deny()], ["restricted-pods"]],
    [
      "a namespace of an unknown level",
      [namespace({ "pod-security.kubernetes.io/enforce": unknownText }), deny()],
      ["restricted-pods"],
    ],
    ["a namespace that denies nothing", [namespace()], ["default-deny"]],
    ["one that denies one direction", [namespace(), deny({ policyTypes: ["Ingress"] })], ["default-deny"]],
    [
      "one whose policy selects some pods",
      [namespace(), deny({ podSelector: { matchLabels: { a: "b" } } })],
      ["default-deny"],
    ],
    ["one whose policy allows all", [namespace(), deny({ egress: [{}] })], ["default-deny"]],
    ["one whose policy isn't known", [namespace(), deny({ policyTypes: unknownText })], ["default-deny"]],
    ["a permissive mesh", [peer("PERMISSIVE")], ["mtls-strict"]],
    ["a mesh of no mode", [peer(undefined)], ["mtls-strict"]],
    ["a mesh of an unknown mode", [peer(unknownText)], ["mtls-strict"]],
    ["a port that is left out", [peer("STRICT", { portLevelMtls: { 8080: { mode: "DISABLE" } } })], ["mtls-strict"]],
    [
      "a port that is open to whoever is in no mesh",
      [peer("STRICT"), gate({ portLevelMtls: { 8443: { mode: "PERMISSIVE" } } })],
      [],
    ],
    ["the same of a whole workload", [peer("STRICT"), gate({ mtls: { mode: "PERMISSIVE" } })], ["mtls-strict"]],
    [
      "the same of every workload",
      [peer("STRICT"), gate({ selector: undefined, portLevelMtls: { 8443: { mode: "PERMISSIVE" } } })],
      ["mtls-strict"],
    ],
    ["a port whose mode isn't known", [peer("STRICT"), gate({ portLevelMtls: unknownText })], ["mtls-strict"]],
    ["a mesh that is strict for some", [peer("STRICT", { selector: { matchLabels: {} } })], ["mtls-strict"]],
    ["a disk that isn't encrypted", [database(false)], ["encryption-at-rest"]],
    ["a disk that doesn't say", [database(undefined)], ["encryption-at-rest"]],
    ["a disk that isn't known", [database(unknownText)], ["encryption-at-rest"]],
    [
      "a node's disk",
      [planned("aws:ec2/launchTemplate:LaunchTemplate", { blockDeviceMappings: [{ ebs: {} }] })],
      ["encryption-at-rest"],
    ],
    [
      "nodes' disks that aren't known",
      [planned("aws:ec2/launchTemplate:LaunchTemplate", { blockDeviceMappings: unknownText })],
      ["encryption-at-rest"],
    ],
    ["a cluster's secrets", [planned("aws:eks/cluster:Cluster", {})], ["encryption-at-rest"]],
    [
      "a class of disks",
      [planned("kubernetes:storage.k8s.io/v1:StorageClass", { provisioner: "ebs.csi.aws.com" })],
      ["encryption-at-rest"],
    ],
    ["a key that stays", [key(undefined)], ["rotation"]],
    ["a key of which nobody knows", [key(unknownText)], ["rotation"]],
    ["a certificate for ever", [certificate(500_000, 1)], ["rotation"]],
    ["a certificate that nobody renews", [certificate(8766, undefined)], ["rotation"]],
    ["a certificate of an unknown end", [certificate(unknownText, 1)], ["rotation"]],
    ["a certificate that is due", [certificate(8766, 1, true)], ["rotation"]],
    ["every action", [allowing("*")], ["no-wildcard-iam"]],
    ["every action of a service", [allowing(["s3:GetObject", "iam:*"])], ["no-wildcard-iam"]],
    ["all actions but some", [allowing(undefined, { NotAction: ["iam:*"] })], ["no-wildcard-iam"]],
    ["everybody", [allowing(["sqs:SendMessage"], { Principal: "*" })], ["no-wildcard-iam"]],
    ["a document that is none", [rolePolicy("{")], ["no-wildcard-iam"]],
    ["no document", [planned("aws:iam/rolePolicy:RolePolicy", {})], ["no-wildcard-iam"]],
    ["a document that isn't known yet", [rolePolicy(unknownText)], ["iam-known-later"]],
    ["a pool without limits", [pool(undefined)], ["gpu-limit"]],
    ["a pool of unknown limits", [pool({ "nvidia.com/gpu": unknownText })], ["gpu-limit"]],
    ["a pool that limits what isn't bought", [pool({ pods: 10 })], ["gpu-limit"]],
    ["data without protection", [bucket(false)], ["protect-data"]],
    [
      "a provider's key",
      [planned("kubernetes:core/v1:ConfigMap", { data: { a: `sk-${"a".repeat(30)}` } })],
      ["no-plaintext-secret"],
    ],
    [
      "a private key",
      [
        planned("aws:ec2/instance:Instance", {
          userData: "-----BEGIN RSA PRIVATE KEY-----",
          rootBlockDevice: { encrypted: true },
        }),
      ],
      ["no-plaintext-secret"],
    ],
    [
      "a password in a variable",
      [workload({ env: [{ name: "DB_PASSWORD", value: "hunter2" }] })],
      ["no-plaintext-secret"],
    ],
  ])("%s", (_, resources, expected) => {
    expect(found(...resources)).toEqual(expected);
  });

  it("a workload that can't be read at all is found by all that would read it", () => {
    const pods = planned("kubernetes:apps/v1:Deployment", { spec: unknownText });
    expect(found(pods)).toEqual(["restricted-pods", "images-by-digest", "resource-limits"]);
    const none = planned("kubernetes:apps/v1:Deployment", {});
    expect(found(none)).toEqual(["restricted-pods", "images-by-digest", "resource-limits"]);
  });

  it("a secret is never repeated in the message", () => {
    const secret = `sk-${"x".repeat(30)}`;
    const maps = [
      planned("kubernetes:core/v1:ConfigMap", { data: { a: secret } }),
      workload({ env: [{ name: "A_TOKEN", value: secret }] }),
    ];
    const told = securityPack.policies.flatMap((policy) => violationsOf(policy, maps)).join();
    expect(told).toContain("a provider's API key");
    expect(told).not.toContain("xxx");
  });

  it("data needs no protection where the stack says that it isn't production", () => {
    const component = planned("hybrid-llm:data:Data", { production: false }, { name: "data" });
    expect(found(component, bucket(false))).toEqual([]);
    expect(found({ ...component, properties: {} }, bucket(false))).toEqual(["protect-data"]);
  });

  it("namespaces are left out by their names alone", () => {
    const [restricted] = securityPack.policies.filter(({ name }) => name === "restricted-pods");
    if (!restricted) throw new Error("no such policy");
    expect(violationsOf(restricted, [namespace({})], { exempt: "istio-system,llm" })).toEqual([]);
    expect(violationsOf(restricted, [namespace({})], { exempt: "istio-system" })).toHaveLength(1);
  });
});
