import grpc from "@grpc/grpc-js";
import { type PartialFailure, UserError } from "./errors.ts";
import { encodeMap, type PropertyMap } from "./values.ts";

/** What grpc-js answers a failed call with. */
export interface Status {
  readonly code: number;
  readonly details: string;
  readonly metadata?: grpc.Metadata;
}

export function unimplemented(what: string): Status {
  return { code: grpc.status.UNIMPLEMENTED, details: `${what} is not implemented by this provider` };
}

/**
 * A user's error is its message; anything else is a defect of the provider and carries its stack. The code is never
 * UNAVAILABLE or UNIMPLEMENTED, to which the engine gives a meaning of its own.
 */
export function toStatus(error: unknown, provider: string): Status {
  if (error instanceof UserError) return { code: grpc.status.UNKNOWN, details: error.message };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: grpc.status.INTERNAL, details: `defect in the provider ${provider}: ${stack}` };
}

/** Details in the form in which Go's gRPC reads them: a `google.rpc.Status` in a binary trailer. */
export async function partialStatus(error: PartialFailure, state: PropertyMap, inputs: PropertyMap): Promise<Status> {
  const [{ default: pb }, { default: statusPb }, { default: anyPb }, { default: structPb }] = await Promise.all([
    import("@pulumi/pulumi/proto/provider_pb.js"),
    import("@pulumi/pulumi/proto/status_pb.js"),
    import("google-protobuf/google/protobuf/any_pb.js"),
    import("google-protobuf/google/protobuf/struct_pb.js"),
  ]);
  const failed = new pb.ErrorResourceInitFailed();
  failed.setId(error.id);
  failed.setProperties(structPb.Struct.fromJavaScript(encodeMap(state)));
  failed.setInputs(structPb.Struct.fromJavaScript(encodeMap(inputs)));
  failed.setReasonsList([...error.reasons]);
  const any = new anyPb.Any();
  any.pack(failed.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new statusPb.Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(error.message);
  status.addDetails(any);
  const metadata = new grpc.Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details: error.message, metadata };
}
