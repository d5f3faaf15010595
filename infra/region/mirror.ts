/** Where a chart is published. */
export interface ChartSource {
  /** Its name in a repository, such as `cert-manager`. */
  readonly name: string;
  /** `https://…` for a repository with an index, `oci://…` for a registry; without the chart's own name. */
  readonly repository: string;
}

/** A chart as Helm is told to find it. */
export interface ChartLocation {
  /** A name in `repository`, or a whole `oci://` reference. */
  readonly chart: string;
  readonly repository?: string;
}

const digest = /@sha256:[0-9a-f]{64}$/;

/**
 * An image's full reference: registry, path and digest, from its mirror where there is one. The mirror keeps an image
 * under its origin's host (`<mirror>/docker.io/library/redis@sha256:…`), so that two origins never collide; the digest
 * stays the same, and with it what runs.
 *
 * @param reference such as `docker.io/library/redis:8.2@sha256:…`; Docker's short names are completed
 * @param own the region's own registry, whose images no mirror has
 * @throws RangeError where the digest is missing: a tag may mean another image tomorrow
 */
export function mirroredImage(reference: string, mirror?: string, own?: string): string {
  if (!digest.test(reference)) {
    throw new RangeError(
      `image ${reference}: allowed is a reference that ends with @sha256: and 64 hexadecimal digits`,
    );
  }
  return mirroredRepository(reference, mirror, own);
}

/** The same for where images are, without a digest, and maybe without a tag. */
export function mirroredRepository(repository: string, mirror?: string, own?: string): string {
  const full = withRegistry(repository);
  const inPlace = mirror === undefined || isWithin(full, mirror) || (own !== undefined && isWithin(full, own));
  return inPlace ? full : `${mirror}/${full}`;
}

/** A chart's location, from the mirror where there is one: there it's an OCI artefact under its origin's host. */
export function mirroredChart({ name, repository }: ChartSource, mirror?: string): ChartLocation {
  const [, scheme, place = ""] = /^(https|oci):\/\/(.+?)\/?$/.exec(repository) ?? [];
  if (scheme === undefined) {
    throw new RangeError(
      `chart ${name}: allowed is a repository that begins with https:// or oci://, not ${repository}`,
    );
  }
  if (mirror !== undefined && !isWithin(place, mirror)) return { chart: `oci://${mirror}/${place}/${name}` };
  return scheme === "oci" ? { chart: `oci://${place}/${name}` } : { chart: name, repository: `https://${place}` };
}

/** `redis` is `docker.io/library/redis`: the first part is a registry's host if it has a dot or a port. */
function withRegistry(reference: string): string {
  const [first = "", ...rest] = reference.split("/");
  if (rest.length > 0 && (/[.:]/.test(first) || first === "localhost")) return reference;
  return rest.length > 0 ? `docker.io/${reference}` : `docker.io/library/${reference}`;
}

const isWithin = (place: string, mirror: string): boolean => place === mirror || place.startsWith(`${mirror}/`);
