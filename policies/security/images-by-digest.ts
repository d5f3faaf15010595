import { ofContainers, startsPods } from "../pack/pods.ts";
import { linkTo, type Policy } from "../pack/policy.ts";
import { shown } from "../pack/reading.ts";

const name = "images-by-digest";

const pinned = /^[^\s@]+@sha256:[0-9a-f]{64}$/;

/** A tag may mean another image tomorrow; a digest can't. */
export const imagesByDigest: Policy = {
  name,
  level: "mandatory",
  reason: "A tag may mean another image tomorrow; a digest can't.",
  link: linkTo(name),
  fix: "end the reference with @sha256: and the digest",
  check: {
    of: "resource",
    applies: startsPods,
    violations: (resource) =>
      ofContainers(resource, ({ name: container, spec: { image } }) =>
        typeof image === "string" && pinned.test(image) ? [] : [`the image of ${container} is ${shown(image)}`],
      ),
  },
};
