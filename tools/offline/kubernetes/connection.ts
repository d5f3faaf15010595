import type { KubeConfig } from "@kubernetes/client-node";
import type { Dispatcher } from "undici";
import { ApiError, type Status, Unreachable } from "./errors.ts";
import type { Settings } from "./settings.ts";

/** How long the API server may take to begin an answer, and to be reached. */
const answerMs = 60_000;
/** How long what a kubeconfig says of tokens and certificates is taken to be true: those of exec plugins change. */
const credentialsMs = 60_000;

export interface Request {
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly contentType?: string;
  /** For messages: "apply Deployment web/router". */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
}

interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Dispatcher | undefined;
}

/**
 * Plain JSON to and from an API server. Who asks, and over which TLS, client-node finds out of the kubeconfig; its typed
 * objects are not used, because they lose fields that they don't know.
 */
export class Connection {
  readonly server: string;
  readonly #config: KubeConfig;
  #credentials: Promise<Credentials> | undefined;
  #until = 0;

  private constructor(config: KubeConfig, server: string) {
    this.#config = config;
    this.server = server.replace(/\/$/, "");
  }

  /** @throws Unreachable for a kubeconfig that names no server; it may hold secrets and isn't quoted */
  static async open(kubeconfig: string, { context, cluster }: Settings): Promise<Connection> {
    const { KubeConfig } = await import("@kubernetes/client-node");
    const config = new KubeConfig();
    try {
      config.loadFromString(kubeconfig);
    } catch {
      throw new Unreachable("the kubeconfig is not a valid one");
    }
    if (context !== undefined) {
      if (config.getContextObject(context) === null) {
        const known = config.getContexts().map(({ name }) => name);
        throw new Unreachable(`the kubeconfig has no context ${context}; it has ${known.join(", ") || "none"}`);
      }
      config.setCurrentContext(context);
    }
    if (cluster !== undefined) {
      const { clusters, users, contexts, currentContext } = config;
      const name = currentContext;
      config.loadFromOptions({
        clusters,
        users,
        contexts: contexts.map((found) => (found.name === name ? { ...found, cluster } : found)),
        currentContext,
      });
    }
    const server = config.getCurrentCluster()?.server;
    if (server === undefined) throw new Unreachable("the kubeconfig's current context names no cluster");
    return new Connection(config, server);
  }

  /** @throws ApiError, Unreachable */
  async send<Answer>(request: Request): Promise<Answer> {
    const first = await this.#send<Answer>(request);
    if (!("refused" in first)) return first.answer;
    if (first.refused.code !== 401) throw first.refused;
    // A token that ran out before its time.
    this.#credentials = undefined;
    const second = await this.#send<Answer>(request);
    if ("refused" in second) throw second.refused;
    return second.answer;
  }

  async #send<Answer>({ method = "GET", path, query = {}, body, contentType, what, signal }: Request) {
    const { request } = await import("undici");
    const { headers, dispatcher } = await this.#current();
    const address = new URL(this.server + path);
    for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
    const limit = AbortSignal.timeout(answerMs);
    let code: number;
    let text: string;
    try {
      const response = await request(address, {
        method,
        headers: {
          accept: "application/json",
          ...headers,
          ...(body === undefined ? {} : { "content-type": contentType ?? "application/json" }),
        },
        body: body === undefined ? null : JSON.stringify(body),
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
        ...(dispatcher === undefined ? {} : { dispatcher }),
      });
      code = response.statusCode;
      text = await response.body.text();
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw new Unreachable(`${what}: the cluster at ${this.server} doesn't answer (${reasonOf(error)})`);
    }
    if (code >= 300) return { refused: new ApiError(code, statusOf(text), what) };
    return { answer: JSON.parse(text) as Answer };
  }

  #current(): Promise<Credentials> {
    if (this.#credentials !== undefined && this.#until > Date.now()) return this.#credentials;
    const found = this.#findCredentials(this.#credentials);
    this.#credentials = found;
    this.#until = Date.now() + credentialsMs;
    found.catch(() => {
      if (this.#credentials === found) this.#credentials = undefined;
    });
    return found;
  }

  async #findCredentials(last: Promise<Credentials> | undefined): Promise<Credentials> {
    const headers: Record<string, string> = {};
    let dispatcher: Dispatcher | undefined;
    const context = {
      setHeaderParam: (name: string, value: string) => {
        headers[name] = value;
      },
      setDispatcher: (found: Dispatcher) => {
        dispatcher = found;
      },
    };
    try {
      await this.#config.applySecurityAuthentication(
        context as Parameters<KubeConfig["applySecurityAuthentication"]>[0],
      );
    } catch (error) {
      throw new Unreachable(`the kubeconfig's credentials can't be had: ${reasonOf(error)}`);
    }
    void last?.then((old) => old.dispatcher?.close()).catch(() => {});
    return { headers, dispatcher };
  }
}

function statusOf(text: string): Status {
  try {
    return JSON.parse(text) as Status;
  } catch {
    return { message: text.slice(0, 200) };
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
