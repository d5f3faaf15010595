import sdk from "@pulumi/policy/deserialize.js";

type Deserialize = (properties: object, keepsSecrets: boolean) => object;

const held = sdk as unknown as { deserializeProperties: Deserialize };
const original = held.deserializeProperties;
const known = new WeakMap<object, object>();

/**
 * Has the SDK read the properties of a resource once. By itself it reads them anew for each policy, at the end those of the
 * whole plan, which was most of what the packs took of a preview; and for remediations, which none of the packs has. What it
 * hands out is the same for all policies then: it must not be changed, and the packs only copy it.
 *
 * An SDK whose parts lie elsewhere is not changed by this, and only slower.
 */
export function readOnce(): void {
  held.deserializeProperties = (properties, keepsSecrets) => {
    if (keepsSecrets) return {};
    const found = known.get(properties) ?? original(properties, false);
    known.set(properties, found);
    return found;
  };
}
