import type { CustomObject, ObjectName } from "./custom-object.ts";

/** What a route hangs on: a Gateway, or for a mesh the Service that callers name. */
export type ParentReference =
  | { readonly kind: "Gateway"; readonly name: string; readonly namespace?: string; readonly sectionName?: string }
  | { readonly group: ""; readonly kind: "Service"; readonly name: string; readonly port: number };

/** A Service with its share of the requests. */
export interface BackendReference {
  readonly name: string;
  readonly port: number;
  /** The share is this of the sum of all. */
  readonly weight: number;
}

/** https://gateway-api.sigs.k8s.io/reference/spec/#httproutespec */
export interface HttpRouteSpec {
  readonly parentRefs: ParentReference[];
  readonly hostnames?: string[];
  readonly rules: {
    readonly matches: { readonly path: { readonly type: "PathPrefix"; readonly value: string } }[];
    readonly backendRefs: BackendReference[];
  }[];
}

export type HttpRoute = CustomObject<"gateway.networking.k8s.io/v1", "HTTPRoute", HttpRouteSpec>;

export const httpRoute = (metadata: ObjectName, spec: HttpRouteSpec): HttpRoute => ({
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "HTTPRoute",
  metadata,
  spec,
});
