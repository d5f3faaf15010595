import { chmodSync, copyFileSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { vaultHosts, vaultNames, vaultServerUrl } from "../../../infra/secrets/places.ts";
import type { StackConfig } from "../../../stacks/config/index.ts";
import { Authority } from "../../../tools/cluster/authority.ts";
import type { KubernetesObject } from "../../../tools/offline/kubernetes/objects.ts";
import { vault } from "../../../tools/parts/index.ts";
import { objectsOf } from "../../support/manifests.ts";
import { phasesOf } from "../../support/phases.ts";
import { clustersOf, planOf, stackOf } from "../../support/plan.ts";
import type { Registration } from "../../support/pulumi-mocks.ts";
import { eventually } from "../../support/wait.ts";
import type { Contained, Ended } from "../bubblewrap.ts";
import { scratchDirectory } from "../support.ts";
import { type Files, type Node, PlannedPod, type PodSpec } from "./planned-pod.ts";

/** What `init.json` holds, in the parts that a person needs. */
export interface Answered {
  readonly root_token: string;
  readonly recovery_keys_b64: readonly string[];
  readonly unseal_keys_b64: readonly string[];
}

/**
 * The Vault of a stack's first region, as both phases of its plan have it: servers, job and settings in sandboxes of this
 * machine. Each server has a loopback address of its own, so that ports and names are the planned ones; that it listens
 * there alone is the only change.
 */
export class PlannedVault {
  readonly region: string;
  readonly node: Node;
  readonly replicas: number;
  readonly #plan: readonly Registration[];
  readonly #authority: Authority;
  readonly #network: string;
  readonly #pods: readonly PlannedPod[];
  readonly #running = new Map<number, Contained>();

  /**
   * @param directory of the built Vault
   * @param given Secrets that a person makes, addresses of hosts elsewhere, and the configuration where it isn't the stack's
   */
  static async of(
    stack: string,
    directory: string,
    given: (place: {
      readonly network: string;
      readonly node: Node;
    }) => Promise<Pick<Node, "secrets" | "hosts"> & { readonly config?: StackConfig }>,
  ): Promise<PlannedVault> {
    const authority = await Authority.make("region");
    const { certificate, key } = await authority.issue({ commonName: vaultNames.service, dnsNames: vaultHosts() });
    const folder = scratchDirectory("planned-vault");
    chmodSync(folder, 0o755);
    const program = join(folder, "vault");
    copyFileSync(vault.program(directory), program);
    // One of 65,000, so that nobody else listens on these ports there.
    const [high, low] = [1, 1].map((least) => least + Math.floor(Math.random() * 250));
    const network = `127.${high}.${low}`;
    const node: Node = {
      folder,
      programs: { vault: program },
      configMaps: {},
      hosts: {},
      secrets: {
        [vaultNames.certificate]: { "tls.crt": certificate, "tls.key": key, "ca.crt": authority.certificate },
      },
    };
    const { secrets, hosts, config = stackOf(stack) } = await given({ network, node });
    const plan = await planOf(phasesOf(config)[1]);
    const whole = { ...node, secrets: { ...node.secrets, ...secrets }, hosts };
    return new PlannedVault(plan, authority, network, whole);
  }

  private constructor(plan: readonly Registration[], authority: Authority, network: string, node: Node) {
    this.#plan = plan;
    this.#authority = authority;
    this.#network = network;
    this.region = clustersOf(plan)[0]?.region ?? "";
    const servers = this.object("vault-servers").spec as {
      readonly replicas: number;
      readonly template: { readonly spec: PodSpec };
      readonly volumeClaimTemplates: readonly { readonly metadata: { readonly name: string } }[];
    };
    this.replicas = servers.replicas;
    const indexes = Array.from({ length: this.replicas }, (_, index) => index);
    const names = indexes.map((index) => [new URL(vaultServerUrl(index)).hostname, addressIn(network, index)]);
    const services = vaultHosts().map((host) => [host, addressIn(network, 0)]);
    this.node = { ...node, hosts: { ...node.hosts, ...Object.fromEntries([...services, ...names]) } };
    const claims = servers.volumeClaimTemplates.map(({ metadata }) => metadata.name);
    const settings = this.object("vault-settings") as { readonly data?: Files };
    this.#pods = indexes.map((index) => {
      const at = addressIn(network, index);
      const data = Object.entries(settings.data ?? {}).map(([file, text]) => [file, text.replaceAll("0.0.0.0", at)]);
      const configMaps = { [vaultNames.service]: Object.fromEntries(data) as Files };
      return new PlannedPod(
        { ...this.node, configMaps },
        `${vaultNames.service}-${index}`,
        servers.template.spec,
        claims,
      );
    });
  }

  /** An object of the region, by its name in the program. */
  object(what: string): KubernetesObject {
    const found = objectsOf(this.#plan).find(({ name }) => name === `${this.region}-${what}`);
    if (found === undefined) throw new Error(`${this.region} has no ${what}`);
    return found.object;
  }

  /** What is set in this Vault in the second phase, of one type. */
  set(type: string): readonly Record<string, unknown>[] {
    return this.#plan
      .filter((one) => one.type === type && one.name.startsWith(`${this.region}-`))
      .map(({ inputs }) => inputs);
  }

  start(index: number): void {
    const pod = this.#pods[index];
    if (pod === undefined) throw new Error(`no server ${index}`);
    this.#running.set(index, pod.run());
  }

  async end(index: number, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const running = this.#running.get(index);
    this.#running.delete(index);
    if (running === undefined) return;
    if (!running.isOver()) process.kill(await running.pid, signal);
    await running.ended;
  }

  /** The code with which a server ends by itself. */
  async ended(index: number): Promise<number | null | undefined> {
    const running = this.#running.get(index);
    this.#running.delete(index);
    return (await running?.ended)?.code;
  }

  output(index: number): string {
    return this.#running.get(index)?.output() ?? "";
  }

  /** A planned job, run once to its end. */
  job(what: string, node: Partial<Node> = {}): Promise<Ended> {
    return this.#tool(what, node).run().ended;
  }

  /**
   * Vault's command line, as the first job has it; it must succeed.
   *
   * @param server whom it asks
   */
  async command(args: readonly string[], token?: string, server = 0): Promise<string> {
    const environment: Files = {
      VAULT_ADDR: vaultServerUrl(server),
      ...(token === undefined ? {} : { VAULT_TOKEN: token }),
    };
    const { code, stdout, output } = await this.#tool("vault-init").run(["vault", ...args], environment).ended;
    if (code !== 0) throw new Error(`vault ${args.join(" ")}: exit code ${code}\n${output}`);
    return stdout;
  }

  #tool(what: string, node: Partial<Node> = {}): PlannedPod {
    const { template } = this.object(what).spec as { readonly template: { readonly spec: PodSpec } };
    return new PlannedPod({ ...this.node, ...node }, what, template.spec);
  }

  /** What the job has left on its claim. */
  answered(): Answered {
    return JSON.parse(
      readFileSync(join(this.claim(vaultNames.recoveryClaim), vaultNames.recoveryFile), "utf8"),
    ) as Answered;
  }

  /** The folder of a claim. */
  claim(name: string): string {
    return join(this.node.folder, "claims", name);
  }

  /** Asks a server without a token, as a kubelet or a load balancer would; a failure is no status. */
  async ask(index: number, path: string): Promise<{ readonly status: number | undefined; readonly body: unknown }> {
    const { hostname: servername, port } = new URL(vaultServerUrl(index));
    const host = addressIn(this.#network, index);
    const options = { host, port, path, servername, ca: this.#authority.certificate, agent: false };
    try {
      return await new Promise((resolve, reject) => {
        const asked = request(options, async (response) => {
          let text = "";
          for await (const chunk of response) text += String(chunk);
          resolve({ status: response.statusCode, body: text === "" ? undefined : JSON.parse(text) });
        });
        asked.on("error", reject).end();
      });
    } catch {
      return { status: undefined, body: undefined };
    }
  }

  /** Waits until a server passes the readiness probe of its pod. */
  async ready(index: number): Promise<void> {
    const { containers } = (this.object("vault-servers").spec as { template: { spec: ProbedPod } }).template.spec;
    const path = containers[0].readinessProbe.httpGet.path;
    await eventually(`server ${index} is ready`, async () => (await this.ask(index, path)).status === 200);
  }

  /** The number of the server that leads, by what those say that run. */
  async leader(): Promise<number> {
    return eventually("a leader", async () => {
      for (const index of this.#running.keys()) {
        const { body } = await this.ask(index, "/v1/sys/leader");
        const { is_self: leads, ha_enabled: together } = (body ?? {}) as { is_self?: boolean; ha_enabled?: boolean };
        if (leads && together) return { index };
      }
      return undefined;
    }).then(({ index }) => index);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((index) => this.end(index, "SIGKILL")));
    rmSync(this.node.folder, { recursive: true, force: true });
  }
}

interface ProbedPod {
  readonly containers: readonly [{ readonly readinessProbe: { readonly httpGet: { readonly path: string } } }];
}

const addressIn = (network: string, index: number): string => `${network}.${index + 2}`;
