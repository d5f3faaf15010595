import { type PropertyMap, type ResourceType, UserError } from "../../provider/index.ts";
import type { Vault } from "./client.ts";
import { type Inputs, isObject, sameValue, snake, trimmed, within } from "./values.ts";

/** Secret engines, auth methods and audit devices: mounted at a path, tuned while they run, moved never. */
export interface MountKind {
  /** The list that tells all of them, and beneath which one is made. */
  readonly list: "sys/mounts" | "sys/auth" | "sys/audit";
  /** Arguments beneath `config`, by Vault's names; those in `tune` too. */
  readonly config: Readonly<Record<string, string>>;
  /** Nothing of it can be changed in place. */
  readonly isFixed?: boolean;
  /** What else is written beside the mount, and where. */
  readonly extra?: (path: string) => string;
  /** Where it is if nobody says; its type by default. */
  readonly defaultPath?: string;
}

const ofMount = ["type", "path", "local", "sealWrap", "externalEntropyAccess", "namespace", "pluginVersion"];
const atTop = new Set([
  "type",
  "description",
  "options",
  "local",
  "sealWrap",
  "externalEntropyAccess",
  "pluginVersion",
]);
const durations = new Set(["default_lease_ttl", "max_lease_ttl"]);

const lease: Readonly<Record<string, string>> = {
  allowedManagedKeys: "allowed_managed_keys",
  allowedResponseHeaders: "allowed_response_headers",
  auditNonHmacRequestKeys: "audit_non_hmac_request_keys",
  auditNonHmacResponseKeys: "audit_non_hmac_response_keys",
  defaultLeaseTtl: "default_lease_ttl",
  defaultLeaseTtlSeconds: "default_lease_ttl",
  delegatedAuthAccessors: "delegated_auth_accessors",
  forceNoCache: "force_no_cache",
  identityTokenKey: "identity_token_key",
  listingVisibility: "listing_visibility",
  maxLeaseTtl: "max_lease_ttl",
  maxLeaseTtlSeconds: "max_lease_ttl",
  passthroughRequestHeaders: "passthrough_request_headers",
  tokenType: "token_type",
};

export const mountKinds: Readonly<Record<string, MountKind>> = {
  "vault:index/mount:Mount": { list: "sys/mounts", config: lease },
  "vault:index/authBackend:AuthBackend": { list: "sys/auth", config: lease },
  "vault:index/audit:Audit": { list: "sys/audit", config: {}, isFixed: true },
  "vault:jwt/authBackend:AuthBackend": {
    list: "sys/auth",
    config: lease,
    extra: (path) => `auth/${path}/config`,
    defaultPath: "jwt",
  },
};

export function mountType(kind: MountKind, vault: () => Vault): ResourceType<Inputs, Inputs> {
  const typeOf = (inputs: Inputs): string => String(inputs.type ?? "jwt");
  const pathOf = (inputs: Inputs): string => trimmed(inputs.path ?? kind.defaultPath ?? typeOf(inputs));

  const configOf = (inputs: Inputs): Inputs => {
    const tune = isObject(inputs.tune) ? inputs.tune : {};
    return Object.fromEntries(
      Object.entries({ ...inputs, ...tune }).flatMap(([key, value]) => {
        const name = kind.config[key];
        return name === undefined ? [] : [[name, durations.has(name) ? duration(value) : value]];
      }),
    );
  };
  /** What is neither of the mount nor of its tuning: the method's own configuration. */
  const ownOf = (inputs: Inputs): Inputs =>
    Object.fromEntries(
      Object.entries(inputs)
        .filter(([key]) => !atTop.has(key) && kind.config[key] === undefined)
        .filter(([key]) => !["path", "tune", "namespace", "disableRemount", "namespaceInState"].includes(key))
        .map(([key, value]) => [snake(key), value]),
    );
  const find = async (inputs: Inputs, signal: AbortSignal): Promise<Inputs | undefined> => {
    const all = await vault().find({ path: kind.list, ...within(inputs, signal) });
    const found = all?.[`${pathOf(inputs)}/`];
    return isObject(found) ? found : undefined;
  };
  const stateOf = async (inputs: Inputs, signal: AbortSignal): Promise<Inputs> => {
    const found = await find(inputs, signal);
    return { ...inputs, path: pathOf(inputs), ...(kind.isFixed ? {} : { accessor: found?.accessor ?? "" }) };
  };
  const writeOwn = async (inputs: Inputs, signal: AbortSignal): Promise<void> => {
    if (kind.extra === undefined) return;
    const path = kind.extra(pathOf(inputs));
    await vault().call({ method: "POST", path, body: ownOf(inputs), ...within(inputs, signal) });
  };

  return {
    replaceOn: kind.isFixed ? { allExcept: [] } : ofMount,
    deleteBeforeReplace: true,
    computed: kind.isFixed ? [] : ["accessor"],
    stable: ["accessor"],
    secretOutputs: kind.extra === undefined ? [] : ["oidcClientSecret", "oidcClientSecretWo"],

    check(inputs: PropertyMap) {
      const { path } = inputs;
      if (typeof path !== "string" || !/^\/|\/$/.test(path)) return { inputs };
      return { failures: [{ property: "path", reason: "a path begins and ends without a slash; remove it" }] };
    },

    async create(inputs, { signal }) {
      const path = pathOf(inputs);
      const top = Object.entries(inputs).filter(([key]) => atTop.has(key));
      const body = {
        ...Object.fromEntries(top.map(([key, value]) => [snake(key), value])),
        type: typeOf(inputs),
        ...(kind.isFixed ? {} : { config: configOf(inputs) }),
      };
      await vault().call({ method: "POST", path: `${kind.list}/${path}`, body, ...within(inputs, signal) });
      await writeOwn(inputs, signal);
      return { id: path, state: await stateOf(inputs, signal) };
    },

    async update(id, inputs, _before, { signal }) {
      const body = {
        ...configOf(inputs),
        description: inputs.description ?? "",
        ...(inputs.options === undefined ? {} : { options: inputs.options }),
      };
      await vault().call({ method: "POST", path: `${kind.list}/${id}/tune`, body, ...within(inputs, signal) });
      await writeOwn(inputs, signal);
      return stateOf(inputs, signal);
    },

    async read(id, state, inputs, { importing, signal }) {
      const asked: Inputs = importing ? { path: id } : { ...inputs };
      const found = await find({ ...asked, path: id }, signal);
      if (found === undefined) return undefined;
      if (importing && kind.extra !== undefined) {
        throw new UserError("a jwt auth method can't be imported by this offline provider");
      }
      const config = isObject(found.config) ? found.config : {};
      const seen = Object.entries(importing ? { ...asked, type: found.type, description: found.description } : asked);
      const read = Object.fromEntries(
        seen.map(([key, value]) => {
          const name = kind.config[key];
          const live = name === undefined ? (atTop.has(key) ? found[snake(key)] : undefined) : config[name];
          return [key, live === undefined || live === null || sameValue(value, live) ? value : live];
        }),
      );
      const accessor = kind.isFixed ? {} : { accessor: found.accessor ?? "" };
      return { id, inputs: read, state: { ...state, ...read, path: id, ...accessor } };
    },

    async delete(id, state, { signal }) {
      await vault().remove({ path: `${kind.list}/${id}`, ...within(state, signal) });
    },
  };
}

const duration = (value: unknown): unknown => (typeof value === "number" ? `${value}s` : value);
