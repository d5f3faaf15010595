import { projectDirectory } from "../../../tools/engine/index.ts";
import type { VaultServer } from "./server.ts";

/** The value that is in Vault and may be nowhere else. */
export const canary = "canary-81d2c";

export const firstKeys: Readonly<Record<string, string>> = { openai: "kv/llm/openai#key" };

/**
 * A program that is the second phase of a stack's secrets, and a provider's key. The test's own are where audit's file
 * lies, and how the API server is asked.
 *
 * @param auth arguments of the auth method's settings
 */
export const secondPhase = (
  { address, directory }: VaultServer,
  { auth, keys }: { readonly auth: object; readonly keys: Readonly<Record<string, string>> },
): string => `
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import { placeOf } from "${projectDirectory}/infra/region/index.ts";
import { VaultConfiguration, vaultField } from "${projectDirectory}/infra/secrets/index.ts";

const changed = {
  "vault:index/audit:Audit": ({ options }) =>
    options.file_path === "stdout" ? {} : { options: { ...options, file_path: "${directory}/audit.log" } },
  "vault:kubernetes/authBackendConfig:AuthBackendConfig": () => (${JSON.stringify(auth)}),
};
pulumi.runtime.registerResourceTransform(({ type, props, opts }) => ({
  props: { ...props, ...changed[type]?.(props) }, opts,
}));
const scope = {
  ...placeOf({ stack: "hybrid-llm-test", name: "site-a" }),
  kubernetes: new kubernetes.Provider("site-a-kubernetes", { kubeconfig: "{}", clusterIdentifier: "site-a" }),
};
const provider = new vault.Provider("site-a-vault", { address: "${address}", skipChildToken: true });
const keys = Object.entries(${JSON.stringify(keys)}).map(([backend, reference]) => [backend, vaultField(reference)]);
const configured = new VaultConfiguration("site-a-vault-configuration", scope, {
  provider, authPath: "kubernetes", own: true, keys: Object.fromEntries(keys),
});
new vault.kv.SecretV2("openai", {
  mount: "kv", name: "llm/openai", dataJson: pulumi.secret(JSON.stringify({ key: "${canary}" })),
}, { provider, dependsOn: [configured] });
`;
