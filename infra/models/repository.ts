import type * as kubernetes from "@pulumi/kubernetes";

/** Where Triton's models are. */
export interface ModelRepository {
  /** As Triton is told it. */
  readonly path: string;
  /** The volume claim that it lies on; undefined for an object store, which Triton reads itself. */
  readonly claim: string | undefined;
}

const mountPath = "/models";

/**
 * @param location `s3://…`, `gs://…` or `as://…`; or `pvc://<claim>[/<path>]`, a claim that is there already, filled from
 * a mirror for instance
 * @throws RangeError
 */
export function modelRepository(location: string): ModelRepository {
  if (/^(?:s3|gs|as):\/\/[^/]+/.test(location)) return { path: location, claim: undefined };
  const [, claim, path = ""] = /^pvc:\/\/([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(\/[\w./-]*)?$/.exec(location) ?? [];
  if (claim === undefined || path.split("/").includes("..")) {
    throw new RangeError(
      `models.triton.repository: ${location}; allowed are s3://, gs:// and as:// with a bucket, and pvc:// with a claim's name`,
    );
  }
  return { path: `${mountPath}${path.replace(/\/+$/, "")}`, claim };
}

/** The bucket of S3, and what in it, that the models lie in; undefined where they lie elsewhere. */
export function s3Place(location: string): { readonly bucket: string; readonly prefix: string } | undefined {
  const [, bucket, prefix = ""] = /^s3:\/\/([^/]+)\/?(.*?)\/*$/.exec(location) ?? [];
  return bucket === undefined ? undefined : { bucket, prefix };
}

/** Read only: what is served is what was put there. */
export function repositoryVolumes({ claim }: ModelRepository): {
  readonly volumes: kubernetes.types.input.core.v1.Volume[];
  readonly volumeMounts: kubernetes.types.input.core.v1.VolumeMount[];
} {
  if (claim === undefined) return { volumes: [], volumeMounts: [] };
  return {
    volumes: [{ name: "models", persistentVolumeClaim: { claimName: claim, readOnly: true } }],
    volumeMounts: [{ name: "models", mountPath, readOnly: true }],
  };
}
