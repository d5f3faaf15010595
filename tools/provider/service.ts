import type { ServerUnaryCall, sendUnaryData, UntypedHandleCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import rpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import structPb, { type Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { checkConfig, ownArguments } from "./config.ts";
import { type Diff, type PropertyChange, structuralDiff } from "./diff.ts";
import type { Engine } from "./engine.ts";
import { PropertyErrors, UserError } from "./errors.ts";
import * as operations from "./operations.ts";
import { partialStatus, type Status, toStatus, unimplemented } from "./status.ts";
import type {
  CheckFailure,
  Lazy,
  OperationContext,
  Provider,
  ProviderFunction,
  ResourceContext,
  ResourceType,
} from "./types.ts";
import {
  containsSecret,
  containsUnknown,
  decodeMap,
  encodeMap,
  own,
  type PropertyMap,
  redact,
  revealMap,
} from "./values.ts";

export interface Service {
  readonly implementation: UntypedServiceImplementation;
  /** Aborts every operation that is running. */
  abort(): void;
  /** Resolves when no operation is running. */
  idle(): Promise<void>;
}

interface Named {
  getUrn(): string;
  getName(): string;
  getType(): string;
}

/** The `pulumirpc.ResourceProvider` service over a provider's table. */
export function createService<Config extends object>(provider: Provider<Config>, engine: Engine): Service {
  const underWay = new Set<Promise<void>>();
  const idle = async (): Promise<void> => {
    while (underWay.size > 0) await Promise.all(underWay);
  };

  let running = new AbortController();
  const abort = (): void => {
    const aborted = running;
    running = new AbortController();
    aborted.abort(new UserError("cancelled"));
  };

  const loaded = new Map<string, Promise<ResourceType | ProviderFunction>>();
  const load = <T extends ResourceType | ProviderFunction>(token: string, entry: Lazy<T>): Promise<T> => {
    let value = loaded.get(token) as Promise<T> | undefined;
    if (value === undefined) {
      value = typeof entry === "function" ? entry() : Promise.resolve(entry);
      loaded.set(token, value);
    }
    return value;
  };
  const resource = async (token: string): Promise<ResourceType> => {
    const entry = Object.hasOwn(provider.resources, token) ? provider.resources[token] : provider.fallback?.(token);
    if (entry === undefined) throw new UserError(missing(provider, "resource type", token, provider.resources));
    return await load(token, entry);
  };

  const named = (request: Named): ResourceContext => {
    const urn = request.getUrn();
    const name = request.getName() || (urn.split("::").pop() ?? "");
    return { urn, name, type: request.getType() || typeOfUrn(urn), log: engine.log(urn) };
  };
  const operation = (request: Named, signal: AbortSignal, timeout = 0): OperationContext => ({
    ...named(request),
    timeout,
    signal,
  });

  /** One method: errors become statuses, and what was logged has arrived before the answer is sent. */
  const unary =
    <Request, Response>(
      run: (request: Request, signal: AbortSignal) => Response | Promise<Response>,
    ): UntypedHandleCall =>
    async (call: ServerUnaryCall<Request, Response>, respond: sendUnaryData<Response>) => {
      const { promise, resolve: ended } = Promise.withResolvers<void>();
      underWay.add(promise);
      const gone = new AbortController();
      call.on("cancelled", () => gone.abort(new UserError("the engine is gone")));
      try {
        const response = await run(call.request, AbortSignal.any([running.signal, gone.signal]));
        await engine.flush();
        respond(null, response);
      } catch (error) {
        const status = await statusOf(error, provider.name);
        await engine.flush();
        respond(status);
      } finally {
        underWay.delete(promise);
        ended();
      }
    };

  let configured = false;
  const implemented: Readonly<Record<string, UntypedHandleCall>> = {
    handshake: unary((request: InstanceType<typeof pb.ProviderHandshakeRequest>) => {
      if (request.getEngineAddress() !== "") engine.attach(request.getEngineAddress());
      const response = new pb.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      return response;
    }),
    attach: unary((request: InstanceType<typeof pluginPb.PluginAttach>) => {
      engine.attach(request.getAddress());
      return new emptyPb.Empty();
    }),
    getPluginInfo: unary(() => {
      const response = new pluginPb.PluginInfo();
      response.setVersion(provider.version);
      return response;
    }),
    getSchema: unary(() => {
      const response = new pb.GetSchemaResponse();
      response.setSchema(JSON.stringify({ name: provider.name, version: provider.version }));
      return response;
    }),
    cancel: unary(() => {
      abort();
      return new emptyPb.Empty();
    }),

    checkConfig: unary((request: InstanceType<typeof pb.CheckRequest>) => {
      const news = mapOf(request.getNews());
      return checkResponse(news, news, checkConfig(provider.config, news).failures);
    }),
    diffConfig: unary((request: InstanceType<typeof pb.DiffRequest>) => {
      const olds = ownArguments(mapOf(request.getOldInputs() ?? request.getOlds()));
      const news = ownArguments(mapOf(request.getNews()));
      return diffResponse(structuralDiff(olds, news, { replaceOn: provider.replaceOnConfig }));
    }),
    configure: unary(async (request: InstanceType<typeof pb.ConfigureRequest>) => {
      if (provider.offline === true && !configured) {
        engine.log().info(`OFFLINE PROVIDER: ${provider.name} ${provider.version}: ${provider.description}`);
      }
      configured = true;
      const args = request.hasArgs()
        ? mapOf(request.getArgs())
        : decodeMap(Object.fromEntries(request.getVariablesMap().toArray()));
      const { inputs, failures } = checkConfig(provider.config, args);
      if (failures.length > 0) throw new PropertyErrors(failures);
      const unknownNames = Object.keys(inputs).filter((name) => containsUnknown(own(inputs, name) ?? null));
      const known = Object.fromEntries(
        Object.entries(revealMap(inputs)).filter(([key]) => !unknownNames.includes(key)),
      );
      await provider.configure?.(known as Config, { unknown: unknownNames, log: engine.log() });
      const response = new pb.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      return response;
    }),

    check: unary(async (request: InstanceType<typeof pb.CheckRequest>) => {
      const context = named(request);
      const news = mapOf(request.getNews());
      const { inputs, failures } = await operations.check(await resource(context.type), news, {
        ...context,
        olds: revealMap(mapOf(request.getOlds())),
        randomSeed: request.getRandomseed_asU8(),
      });
      return checkResponse(news, inputs, failures);
    }),
    diff: unary(async (request: InstanceType<typeof pb.DiffRequest>, signal) => {
      const context = operation(request, signal);
      const state = mapOf(request.getOlds());
      const inputs = request.hasOldInputs() ? mapOf(request.getOldInputs()) : state;
      const type = await resource(context.type);
      return diffResponse(
        await operations.diff(type, request.getId(), { inputs, state }, mapOf(request.getNews()), context),
      );
    }),
    create: unary(async (request: InstanceType<typeof pb.CreateRequest>, signal) => {
      const context = operation(request, signal, request.getTimeout());
      const inputs = mapOf(request.getProperties());
      const type = await resource(context.type);
      const response = new pb.CreateResponse();
      if (request.getPreview()) {
        response.setProperties(toStruct(await operations.planCreate(type, inputs, { ...context, state: undefined })));
      } else {
        const { id, state } = await operations.create(type, inputs, context);
        response.setId(id);
        response.setProperties(toStruct(state));
      }
      return response;
    }),
    update: unary(async (request: InstanceType<typeof pb.UpdateRequest>, signal) => {
      const context = operation(request, signal, request.getTimeout());
      const state = mapOf(request.getOlds());
      const inputs = request.hasOldInputs() ? mapOf(request.getOldInputs()) : state;
      const news = mapOf(request.getNews());
      const type = await resource(context.type);
      const response = new pb.UpdateResponse();
      const outputs = request.getPreview()
        ? await operations.planUpdate(type, news, state, context)
        : (await operations.update(type, request.getId(), { inputs, state }, news, context)).state;
      response.setProperties(toStruct(outputs));
      return response;
    }),
    read: unary(async (request: InstanceType<typeof pb.ReadRequest>, signal) => {
      const state = mapOf(request.getProperties());
      const inputs = mapOf(request.getInputs());
      const importing = Object.keys(state).length === 0 || !request.hasInputs();
      const context = { ...operation(request, signal, request.getTimeout()), importing };
      const found = await operations.read(await resource(context.type), request.getId(), { state, inputs }, context);
      const response = new pb.ReadResponse();
      if (found !== undefined) {
        response.setId(found.id);
        response.setProperties(toStruct(found.state));
        response.setInputs(toStruct(found.inputs));
      }
      return response;
    }),
    delete: unary(async (request: InstanceType<typeof pb.DeleteRequest>, signal) => {
      const context = operation(request, signal, request.getTimeout());
      await operations.remove(await resource(context.type), request.getId(), mapOf(request.getProperties()), context);
      return new emptyPb.Empty();
    }),
    invoke: unary(async (request: InstanceType<typeof pb.InvokeRequest>, signal) => {
      const token = request.getTok();
      const functions = provider.functions ?? {};
      const entry = Object.hasOwn(functions, token) ? functions[token] : undefined;
      if (entry === undefined) throw new UserError(missing(provider, "function", token, functions));
      const fn = await load(token, entry);
      const context = { token, preview: request.getPreview(), log: engine.log(), signal };
      const response = new pb.InvokeResponse();
      try {
        const outcome = await operations.call(fn, mapOf(request.getArgs()), context);
        if ("result" in outcome) response.setReturn(toStruct(outcome.result));
        else response.setFailuresList(toFailures(outcome.failures));
      } catch (error) {
        if (!(error instanceof PropertyErrors)) throw error;
        response.setFailuresList(toFailures(error.failures));
      }
      return response;
    }),
  };

  const implementation: UntypedServiceImplementation = {};
  for (const [name, method] of Object.entries(rpc.ResourceProviderService)) {
    implementation[name] = implemented[name] ?? refuse(method.path.split("/").pop() ?? name, method.responseStream);
  }
  return { implementation, abort, idle };
}

function refuse(method: string, streams: boolean): UntypedHandleCall {
  if (streams)
    return (call: { emit(event: "error", status: Status): void }) => call.emit("error", unimplemented(method));
  return (_call: unknown, respond: (status: Status) => void) => respond(unimplemented(method));
}

async function statusOf(error: unknown, provider: string): Promise<Status> {
  if (error instanceof operations.MarkedPartialFailure) return await partialStatus(error, error.marked, error.inputs);
  return toStatus(error, provider);
}

function missing<Config extends object>(
  provider: Provider<Config>,
  kind: string,
  token: string,
  table: object,
): string {
  const offline =
    provider.offline === true
      ? `; it is an offline stand-in of the official provider, which has all of them`
      : `; it has ${Object.keys(table).join(", ") || "none"}`;
  return `the provider ${provider.name} ${provider.version} has no ${kind} ${token}${offline}`;
}

/** `urn:pulumi:stack::project::parent$type::name`. */
function typeOfUrn(urn: string): string {
  return urn.split("::")[2]?.split("$").pop() ?? "";
}

function mapOf(struct: Struct | undefined): PropertyMap {
  return decodeMap(struct?.toJavaScript());
}

function toStruct(map: PropertyMap): Struct {
  return structPb.Struct.fromJavaScript(encodeMap(map));
}

function toFailures(failures: readonly CheckFailure[]): InstanceType<typeof pb.CheckFailure>[] {
  return failures.map(({ property, reason }) => {
    const failure = new pb.CheckFailure();
    failure.setProperty(property);
    failure.setReason(reason);
    return failure;
  });
}

/**
 * The engine writes the value of the property that a failure names into its message, secret or not, and `<nil>` for
 * anything nested: only a plain property at the top is named to it, any other one in the reason.
 */
function checkResponse(
  news: PropertyMap,
  inputs: PropertyMap,
  failures: readonly CheckFailure[],
): InstanceType<typeof pb.CheckResponse> {
  const response = new pb.CheckResponse();
  response.setInputs(toStruct(inputs));
  response.setFailuresList(
    toFailures(
      failures.map((failure) => {
        const { property } = failure;
        const value = own(news, property);
        if (property === "" || (value !== undefined && !containsSecret(value))) return failure;
        const top = own(news, property.split(/[.[]/, 1)[0] ?? "") ?? null;
        return { property: "", reason: `${property}: ${redact(failure.reason, top)}` };
      }),
    ),
  );
  return response;
}

function diffResponse(diff: Diff): InstanceType<typeof pb.DiffResponse> {
  const response = new pb.DiffResponse();
  const { DiffChanges } = pb.DiffResponse;
  response.setChanges(diff.changes.length > 0 ? DiffChanges.DIFF_SOME : DiffChanges.DIFF_NONE);
  response.setDiffsList(properties(diff.changes));
  response.setReplacesList(properties(diff.changes.filter(({ replace }) => replace)));
  response.setDeletebeforereplace(diff.deleteBeforeReplace ?? false);
  response.setHasdetaileddiff(true);
  for (const change of diff.changes) response.getDetaileddiffMap().set(change.path, propertyDiff(change));
  return response;
}

function properties(changes: readonly PropertyChange[]): string[] {
  return [...new Set(changes.map(({ path }) => path.split(/[.[]/, 1)[0] ?? path))];
}

function propertyDiff({ kind, replace, input }: PropertyChange): InstanceType<typeof pb.PropertyDiff> {
  const { Kind } = pb.PropertyDiff;
  const kinds = {
    add: replace ? Kind.ADD_REPLACE : Kind.ADD,
    delete: replace ? Kind.DELETE_REPLACE : Kind.DELETE,
    update: replace ? Kind.UPDATE_REPLACE : Kind.UPDATE,
  };
  const diff = new pb.PropertyDiff();
  diff.setKind(kinds[kind]);
  diff.setInputdiff(input ?? true);
  return diff;
}
