import grpc from "@grpc/grpc-js";
import rpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { Engine } from "./engine.ts";
import { createService } from "./service.ts";
import type { Provider } from "./types.ts";

export interface RunningServer {
  readonly port: number;
  /** Aborts what is running, lets it answer for a moment, and closes the port. */
  stop(): Promise<void>;
}

export interface Options {
  /** The engine's address, for its log. */
  readonly engine?: Engine | string | undefined;
}

/** As large as the engine's own limit. */
const largestMessage = 400 * 1024 * 1024;
/** The engine waits five seconds for a plugin to end before it kills it. */
const graceToStop = 4_000;
/** How long the last answers may take to be sent. */
const graceToAnswer = 250;

export async function startServer<Config extends object>(
  provider: Provider<Config>,
  options: Options,
): Promise<RunningServer> {
  const engine = options.engine instanceof Engine ? options.engine : new Engine(options.engine);
  const service = createService(provider, engine);
  const server = new grpc.Server({
    "grpc.max_receive_message_length": largestMessage,
    "grpc.max_send_message_length": largestMessage,
  });
  server.addService(rpc.ResourceProviderService, service.implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const stop = async (): Promise<void> => {
    service.abort();
    await within(graceToStop, service.idle());
    // tryShutdown waits for the engine to close its connection, which it sometimes doesn't before we are gone.
    await within(graceToAnswer, new Promise<void>((resolve) => server.tryShutdown(() => resolve())));
    server.forceShutdown();
    engine.close();
  };
  return { port, stop };
}

/** Waits for the work, but no longer than this. */
async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}
