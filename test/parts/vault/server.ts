import { Vault } from "../../../tools/offline/vault/client.ts";
import { freePort } from "../../../tools/parts/free-port.ts";
import { vault } from "../../../tools/parts/index.ts";
import { type Server, scratchDirectory, startServer } from "../support.ts";

export interface VaultServer extends Server {
  readonly address: string;
  readonly rootToken: string;
  /** By its root token. */
  readonly asRoot: Vault;
  /** A folder that goes with it. */
  readonly directory: string;
}

/** A real Vault in memory, initialised and unsealed as a person does it. */
export async function startVault(directory: string): Promise<VaultServer> {
  const host = `127.0.0.1:${await freePort()}`;
  const address = `http://${host}`;
  const scratch = scratchDirectory("vault");
  const server = await startServer({
    command: vault.program(directory),
    args: ["memory", host],
    environment: { PATH: process.env.PATH },
    readyUrl: `${address}/v1/sys/health?uninitcode=200`,
    directory: scratch,
  });
  const put = async <Answer>(path: string, body: object): Promise<Answer> => {
    const response = await fetch(`${address}/v1/${path}`, { method: "PUT", body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  };
  const made = await put<{ keys: readonly string[]; root_token: string }>("sys/init", {
    secret_shares: 1,
    secret_threshold: 1,
  });
  await put("sys/unseal", { key: made.keys[0] });
  return {
    ...server,
    address,
    rootToken: made.root_token,
    asRoot: new Vault({ address, token: made.root_token }, {}),
    directory: scratch,
  };
}
