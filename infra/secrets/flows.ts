import { podIdentityAgent } from "../data/index.ts";
import { apiServerPorts, type Flow, internet, namespaces, type OutsideNetwork } from "../network-policy/index.ts";
import { vaultNames, vaultPorts } from "./places.ts";
import { secretsOperatorNamespace } from "./secrets-operator.ts";

/** What Vault talks to, beside what `platformFlows` says of the router and of its servers. */
export function vaultFlows(args: {
  readonly unseal: "kms" | "transit" | "shamir";
  readonly apiServers?: readonly OutsideNetwork[] | undefined;
  /** The network of the Vault by which this one is unsealed. */
  readonly unsealer?: OutsideNetwork | undefined;
}): Flow[] {
  const { unseal, apiServers = [], unsealer } = args;
  const servers = { namespace: namespaces.vault, name: vaultNames.service };
  const operator = { namespace: secretsOperatorNamespace };
  const api = [vaultPorts.api];
  return [
    { from: operator, to: servers, ports: api, because: "the operator reads what it brings" },
    ...apiServers.map((to) => ({ from: servers, to, ports: apiServerPorts, because: "whose token a client shows" })),
    ...(unseal === "kms"
      ? [
          { from: servers, to: podIdentityAgent, ports: [80], because: "unsealing has a role" },
          { from: servers, to: internet, ports: [443], because: "KMS unseals" } as const,
        ]
      : []),
    ...(unseal === "transit" && unsealer !== undefined
      ? [{ from: servers, to: unsealer, ports: [443, vaultPorts.api], because: "another Vault unseals" }]
      : []),
  ];
}
