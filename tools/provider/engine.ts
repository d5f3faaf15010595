import type { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type { Log } from "./types.ts";

export type Severity = "debug" | "info" | "warn" | "error";

/** Lost messages are better than an operation that waits for them. */
const logDeadline = 2_000;

/** The engine's log. Its address may come late (`Attach`) or never; nothing here throws. */
export class Engine {
  #address: string | undefined;
  #client: Promise<EngineClient> | undefined;
  readonly #pending = new Set<Promise<void>>();

  constructor(address: string | undefined) {
    this.#address = address;
  }

  get address(): string | undefined {
    return this.#address;
  }

  attach(address: string): void {
    this.close();
    this.#address = address;
  }

  /** What the CLI shows at a resource, or of the whole stack where `urn` is left out. */
  log(urn = ""): Log {
    const send = (severity: Severity, message: string, ephemeral = false): void => {
      const sent: Promise<void> = this.#send(urn, severity, message, ephemeral)
        .catch(() => {})
        .finally(() => this.#pending.delete(sent));
      this.#pending.add(sent);
    };
    return {
      debug: (message) => send("debug", message),
      info: (message) => send("info", message),
      warn: (message) => send("warn", message),
      error: (message) => send("error", message),
      status: (message) => send("info", message, true),
    };
  }

  /** Waits for what was logged: a message that comes after its operation's answer may be lost. */
  async flush(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  close(): void {
    void this.#client?.then((client) => client.close()).catch(() => {});
    this.#client = undefined;
  }

  async #send(urn: string, severity: Severity, message: string, ephemeral: boolean): Promise<void> {
    const address = this.#address;
    if (address === undefined || address === "") return;
    const [{ default: pb }, { default: grpc }] = await Promise.all([
      import("@pulumi/pulumi/proto/engine_pb.js"),
      import("@grpc/grpc-js"),
    ]);
    this.#client ??= connect(address);
    const client = await this.#client;
    const levels = {
      debug: pb.LogSeverity.DEBUG,
      info: pb.LogSeverity.INFO,
      warn: pb.LogSeverity.WARNING,
      error: pb.LogSeverity.ERROR,
    };
    const request = new pb.LogRequest();
    request.setUrn(urn);
    request.setSeverity(levels[severity]);
    request.setMessage(message);
    request.setEphemeral(ephemeral);
    await new Promise<void>((resolve) => {
      client.log(request, new grpc.Metadata(), { deadline: Date.now() + logDeadline }, () => resolve());
    });
  }
}

async function connect(address: string): Promise<EngineClient> {
  const [{ default: grpc }, { default: rpc }] = await Promise.all([
    import("@grpc/grpc-js"),
    import("@pulumi/pulumi/proto/engine_grpc_pb.js"),
  ]);
  return new rpc.EngineClient(address, grpc.credentials.createInsecure());
}
