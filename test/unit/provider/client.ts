import grpc from "@grpc/grpc-js";
import rpc, { type ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import structPb, { type Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { decodeMap, encodeMap, type PropertyMap } from "../../../tools/provider/values.ts";

const struct = (map: PropertyMap): Struct => structPb.Struct.fromJavaScript(encodeMap(map));
const map = (value: Struct | undefined): PropertyMap => decodeMap(value?.toJavaScript());

type Method<Request, Response> = (
  request: Request,
  callback: (error: grpc.ServiceError | null, response: Response) => void,
) => grpc.ClientUnaryCall;

/** What the engine does with a provider, in property maps. */
export class ProviderClient {
  readonly raw: ResourceProviderClient;

  constructor(port: number) {
    this.raw = new rpc.ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  }

  close(): void {
    this.raw.close();
  }

  call<Request, Response>(method: Method<Request, Response>, request: Request): Promise<Response> {
    return new Promise((resolve, reject) => {
      method.call(this.raw, request, (error, response) => (error === null ? resolve(response) : reject(error)));
    });
  }

  async configure(args: PropertyMap = {}): Promise<void> {
    const request = new pb.ConfigureRequest();
    request.setArgs(struct(args));
    await this.call<typeof request, InstanceType<typeof pb.ConfigureResponse>>(this.raw.configure, request);
  }

  async checkConfig(news: PropertyMap) {
    const request = new pb.CheckRequest();
    request.setNews(struct(news));
    return checked(await this.call<typeof request, Checked>(this.raw.checkConfig, request));
  }

  async check(type: string, news: PropertyMap, olds: PropertyMap = {}) {
    const request = new pb.CheckRequest();
    request.setUrn(urn(type));
    request.setNews(struct(news));
    request.setOlds(struct(olds));
    return checked(await this.call<typeof request, Checked>(this.raw.check, request));
  }

  async diff(type: string, old: { inputs: PropertyMap; state?: PropertyMap }, news: PropertyMap) {
    const request = new pb.DiffRequest();
    request.setUrn(urn(type));
    request.setId("id");
    request.setOldInputs(struct(old.inputs));
    request.setOlds(struct(old.state ?? old.inputs));
    request.setNews(struct(news));
    type Response = InstanceType<typeof pb.DiffResponse>;
    const response = await this.call<typeof request, Response>(this.raw.diff, request);
    const { Kind } = pb.PropertyDiff;
    const kinds = Object.entries(Kind);
    const detailed: Record<string, string | undefined> = {};
    response.getDetaileddiffMap().forEach((change: InstanceType<typeof pb.PropertyDiff>, path: string) => {
      detailed[path] = kinds.find(([, kind]) => kind === change.getKind())?.[0];
    });
    return {
      changed: response.getChanges() === pb.DiffResponse.DiffChanges.DIFF_SOME,
      replaces: response.getReplacesList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
      detailed,
    };
  }

  async create(type: string, inputs: PropertyMap, preview = false) {
    const request = new pb.CreateRequest();
    request.setUrn(urn(type));
    request.setProperties(struct(inputs));
    request.setPreview(preview);
    type Response = InstanceType<typeof pb.CreateResponse>;
    const response = await this.call<typeof request, Response>(this.raw.create, request);
    return { id: response.getId(), state: map(response.getProperties()) };
  }

  async update(
    type: string,
    old: { inputs: PropertyMap; state: PropertyMap },
    news: PropertyMap,
    preview = false,
  ): Promise<PropertyMap> {
    const request = new pb.UpdateRequest();
    request.setUrn(urn(type));
    request.setId("id");
    request.setOldInputs(struct(old.inputs));
    request.setOlds(struct(old.state));
    request.setNews(struct(news));
    request.setPreview(preview);
    type Response = InstanceType<typeof pb.UpdateResponse>;
    return map((await this.call<typeof request, Response>(this.raw.update, request)).getProperties());
  }

  async read(type: string, id: string, last?: { inputs: PropertyMap; state: PropertyMap }) {
    const request = new pb.ReadRequest();
    request.setUrn(urn(type));
    request.setId(id);
    request.setProperties(struct(last?.state ?? {}));
    if (last !== undefined) request.setInputs(struct(last.inputs));
    type Response = InstanceType<typeof pb.ReadResponse>;
    const response = await this.call<typeof request, Response>(this.raw.read, request);
    return { id: response.getId(), state: map(response.getProperties()), inputs: map(response.getInputs()) };
  }

  async delete(type: string, id: string, state: PropertyMap): Promise<void> {
    const request = new pb.DeleteRequest();
    request.setUrn(urn(type));
    request.setId(id);
    request.setProperties(struct(state));
    await this.call(this.raw.delete as Method<typeof request, unknown>, request);
  }

  async invoke(token: string, args: PropertyMap) {
    const request = new pb.InvokeRequest();
    request.setTok(token);
    request.setArgs(struct(args));
    type Response = InstanceType<typeof pb.InvokeResponse>;
    const response = await this.call<typeof request, Response>(this.raw.invoke, request);
    return { result: map(response.getReturn()), failures: failures(response) };
  }

  async cancel(): Promise<void> {
    await this.call(this.raw.cancel as Method<InstanceType<typeof emptyPb.Empty>, unknown>, new emptyPb.Empty());
  }
}

type Checked = InstanceType<typeof pb.CheckResponse>;

function checked(response: Checked) {
  return { inputs: map(response.getInputs()), failures: failures(response) };
}

function failures(response: { getFailuresList(): InstanceType<typeof pb.CheckFailure>[] }): string[] {
  return response.getFailuresList().map((failure) => `${failure.getProperty()}: ${failure.getReason()}`);
}

export function urn(type: string, name = "one"): string {
  return `urn:pulumi:dev::test::parent:index:Parent$${type}::${name}`;
}

/** The `ErrorResourceInitFailed` that a failed call carries, as Go's gRPC finds it. */
export function initFailure(error: unknown) {
  const bytes = (error as grpc.ServiceError).metadata.get("grpc-status-details-bin")[0];
  if (!(bytes instanceof Buffer)) throw new Error("the error has no details");
  const [detail] = statusPb.Status.deserializeBinary(bytes).getDetailsList();
  const failed = pb.ErrorResourceInitFailed.deserializeBinary(detail?.getValue_asU8() ?? new Uint8Array());
  return {
    type: detail?.getTypeName(),
    id: failed.getId(),
    state: map(failed.getProperties()),
    inputs: map(failed.getInputs()),
    reasons: failed.getReasonsList(),
  };
}
