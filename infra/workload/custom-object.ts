import type * as pulumi from "@pulumi/pulumi";

/** The metadata that we give a custom resource. */
export interface ObjectName {
  readonly name: string;
  readonly namespace: string;
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
}

/** A custom resource as it is sent to the API server; its spec has the fields that are in use here. */
export interface CustomObject<Version extends string, Kind extends string, Spec> {
  readonly apiVersion: Version;
  readonly kind: Kind;
  readonly metadata: ObjectName;
  readonly spec: pulumi.Input<Spec>;
}
