import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { Agent, type Dispatcher, request } from "undici";
import { UserError } from "../../provider/index.ts";
import type { Settings } from "./settings.ts";

const answerMs = 60_000;

/** Vault refused something. */
export class VaultError extends UserError {
  override readonly name: string = "VaultError";
  /** The HTTP status. */
  readonly code: number;

  constructor(code: number, reasons: readonly string[], what: string) {
    const hint = code === 403 ? " (the token's policies don't allow it, or it ran out)" : "";
    super(`${what}: ${reasons.join("; ").trim() || `HTTP ${code}`}${hint}`);
    this.code = code;
  }
}

/** What Vault answers; `data` is the part that is the answer. */
export interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly warnings?: readonly string[] | null;
}

export interface Call {
  readonly method?: "GET" | "POST" | "DELETE" | "LIST";
  /** Beneath `/v1/`. */
  readonly path: string;
  readonly body?: object;
  /** Beneath the provider's own namespace. */
  readonly namespace?: string | undefined;
  readonly signal?: AbortSignal;
}

/** Vault's HTTP API. */
export class Vault {
  readonly address: string;
  readonly #token: string;
  readonly #namespace: string | undefined;
  readonly #dispatcher: Dispatcher;

  /** @throws UserError where no address or no token is to be found; both may come from the environment, as for `vault` */
  constructor(settings: Settings, environment: NodeJS.ProcessEnv = process.env) {
    const address = settings.address || environment.VAULT_ADDR;
    if (!address) throw new UserError("no address of Vault is given; give one, or set VAULT_ADDR");
    this.address = address.replace(/\/+$/, "");
    const token = settings.token || environment.VAULT_TOKEN || tokenFile();
    if (!token) throw new UserError("no token for Vault is given; give one, set VAULT_TOKEN, or run vault login");
    this.#token = token;
    this.#namespace = settings.namespace || environment.VAULT_NAMESPACE;
    const caFile = settings.caCertFile || environment.VAULT_CACERT;
    this.#dispatcher = new Agent({
      connect: {
        ...(caFile ? { ca: readCa(caFile) } : {}),
        ...(settings.tlsServerName ? { servername: settings.tlsServerName } : {}),
        ...(settings.skipTlsVerify ? { rejectUnauthorized: false } : {}),
      },
    });
  }

  /** @throws VaultError, and UserError where nothing answers */
  async call({ method = "GET", path, body, namespace, signal }: Call): Promise<Answer> {
    const what = `${method} ${path}`;
    const limit = AbortSignal.timeout(answerMs);
    const within = [this.#namespace, namespace].filter(Boolean).join("/");
    let code: number;
    let text: string;
    try {
      const response = await request(`${this.address}/v1/${path.split("/").map(encodeURIComponent).join("/")}`, {
        method: method as Dispatcher.HttpMethod,
        headers: {
          "x-vault-token": this.#token,
          "x-vault-request": "true",
          ...(within === "" ? {} : { "x-vault-namespace": within }),
        },
        body: body === undefined ? null : JSON.stringify(body),
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
        dispatcher: this.#dispatcher,
      });
      code = response.statusCode;
      text = await response.body.text();
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      const { code: reason, message } = error as NodeJS.ErrnoException;
      throw new UserError(`${what}: Vault at ${this.address} doesn't answer (${reason ?? message})`);
    }
    if (code >= 300) throw new VaultError(code, errorsOf(text), what);
    return text === "" ? {} : (JSON.parse(text) as Answer);
  }

  /** `undefined` for what isn't there. */
  async find(call: Omit<Call, "method" | "body">): Promise<Readonly<Record<string, unknown>> | undefined> {
    try {
      return (await this.call(call)).data ?? undefined;
    } catch (error) {
      // 400: nothing is mounted there, or mounted under another type.
      if (error instanceof VaultError && (error.code === 404 || isUnmounted(error))) return undefined;
      throw error;
    }
  }

  /** Deletes; it is no fault if it was gone. */
  async remove(call: Omit<Call, "method" | "body">): Promise<void> {
    try {
      await this.call({ ...call, method: "DELETE" });
    } catch (error) {
      if (!(error instanceof VaultError && (error.code === 404 || isUnmounted(error)))) throw error;
    }
  }
}

const isUnmounted = ({ code, message }: VaultError): boolean =>
  code === 400 && /no (secret engine|handler|matching mount)|unsupported path|No auth engine/i.test(message);

function tokenFile(): string | undefined {
  try {
    return readFileSync(join(homedir(), ".vault-token"), "utf8").trim();
  } catch {
    return undefined;
  }
}

function readCa(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`the CA file ${file} can't be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})`);
  }
}

function errorsOf(text: string): readonly string[] {
  try {
    const { errors, data } = JSON.parse(text) as { errors?: readonly string[]; data?: { error?: string } };
    return errors ?? (data?.error === undefined ? [] : [data.error]);
  } catch {
    return [text.slice(0, 200)];
  }
}
