import { vaultPorts } from "../../../infra/secrets/places.ts";
import { unprivilegedUser } from "../../../infra/workload/index.ts";
import { Authority } from "../../../tools/cluster/authority.ts";
import { eventually } from "../../support/wait.ts";
import { type Files, type Node, PlannedPod } from "./planned-pod.ts";
import type { Answered } from "./planned-vault.ts";

/** A Vault elsewhere, whose transit engine unseals: one server of the test's own, with a certificate of another authority. */
export async function startUnsealer(node: Node, address: string, url: string) {
  const authority = await Authority.make("elsewhere");
  const { hostname, port } = new URL(url);
  if (Number(port) !== vaultPorts.api) throw new Error(`${url} has another port than Vault`);
  const { certificate, key } = await authority.issue({ commonName: hostname, dnsNames: [hostname] });
  const settings = {
    disable_mlock: true,
    storage: { inmem: {} },
    listener: { tcp: { address: `${address}:${port}`, tls_cert_file: "/own/tls.crt", tls_key_file: "/own/tls.key" } },
  };
  const own = { "tls.crt": certificate, "tls.key": key, "ca.crt": authority.certificate };
  const pod = new PlannedPod(
    {
      ...node,
      hosts: { [hostname]: address },
      secrets: { own: { ...own, "vault.json": JSON.stringify(settings) } },
    },
    "unsealer",
    {
      securityContext: { runAsUser: unprivilegedUser, runAsGroup: unprivilegedUser },
      containers: [
        {
          name: "vault",
          command: ["vault", "server", "-config=/own/vault.json"],
          env: [
            { name: "VAULT_ADDR", value: url },
            { name: "VAULT_CACERT", value: "/own/ca.crt" },
            { name: "HOME", value: "/tmp" },
          ],
          securityContext: { readOnlyRootFilesystem: true },
          volumeMounts: [
            { name: "own", mountPath: "/own", readOnly: true },
            { name: "scratch", mountPath: "/tmp" },
          ],
        },
      ],
      volumes: [
        { name: "own", secret: { secretName: "own" } },
        { name: "scratch", emptyDir: {} },
      ],
    },
  );
  const server = pod.run();
  const shell = async (script: string, environment: Files = {}) => {
    const { code, stdout, output } = await pod.run(["/bin/sh", "-euc", script], environment).ended;
    if (code !== 0) throw new Error(`${script}: exit code ${code}\n${output}\n${server.output()}`);
    return stdout.trim();
  };
  await eventually("the unsealing Vault answers", async () => {
    const { code } = await pod.run(["vault", "status"]).ended;
    return code === 2;
  });
  const made = JSON.parse(await shell("vault operator init -format=json -key-shares=1 -key-threshold=1")) as Answered;
  await shell(`vault operator unseal ${made.unseal_keys_b64[0]} >/dev/null`);
  const token = await shell(
    `
      vault secrets enable transit >/dev/null
      vault write -f transit/keys/unseal >/dev/null
      printf '%s' 'path "transit/encrypt/unseal" { capabilities = ["update"] }
        path "transit/decrypt/unseal" { capabilities = ["update"] }' | vault policy write unseal - >/dev/null
      vault token create -orphan -policy=unseal -period=24h -field=token
    `,
    { VAULT_TOKEN: made.root_token },
  );
  return {
    token,
    authority: authority.certificate,
    host: hostname,
    async stop() {
      if (!server.isOver()) process.kill(await server.pid, "SIGKILL");
      await server.ended;
    },
  };
}
