import sdk from "@pulumi/policy/deserialize.js";

/** Where a message keeps what was read of it: a WeakMap of so many was a cost of its own. */
const asRead = Symbol("as read");

interface Properties {
  [asRead]?: object;
}
type Deserialize = (properties: Properties, keepsSecrets: boolean) => object;

const held = sdk as unknown as { deserializeProperties: Deserialize };
const original = held.deserializeProperties;

/**
 * Has the SDK read the properties of a resource once. By itself it reads them anew for each policy, at the end those of the
 * whole plan, which was most of what the packs took of a preview; and for remediations, which none of the packs has. What it
 * hands out is the same for all policies then: it must not be changed, and the packs only copy it.
 */
export function readOnce(): void {
  held.deserializeProperties = (properties, keepsSecrets) => {
    if (keepsSecrets) return {};
    properties[asRead] ??= original(properties, false);
    return properties[asRead];
  };
}
