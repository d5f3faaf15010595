import { type ResourceType, UserError } from "../../provider/index.ts";
import type { Vault } from "./client.ts";
import { type Inputs, snake, trimmed, within } from "./values.ts";

/** Something that a pki engine makes once: certificates and requests. Another one is another resource. */
export interface Made {
  readonly path: (inputs: Inputs) => string;
  /** Arguments that aren't sent. */
  readonly unsent: readonly string[];
  readonly names?: Readonly<Record<string, string>>;
  /** Outputs by Vault's names; what Vault leaves out becomes empty. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly lists?: readonly string[];
  readonly secretOutputs?: readonly string[];
  readonly id: (inputs: Inputs, data: Inputs) => string;
  /** Where what it made is deleted. */
  readonly removed?: (state: Inputs) => string | undefined;
}

const backend = ({ backend: given }: Inputs): string => trimmed(given);
const names = { keyUsages: "key_usage" };

/** By type token. After Vault's HTTP API, 1.21. */
export const made: Readonly<Record<string, Made>> = {
  "vault:pkiSecret/secretBackendRootCert:SecretBackendRootCert": {
    path: (inputs) => `${backend(inputs)}/root/generate/${String(inputs.type)}`,
    unsent: ["type"],
    names,
    outputs: {
      certificate: "certificate",
      issuerId: "issuer_id",
      issuingCa: "issuing_ca",
      keyId: "key_id",
      serialNumber: "serial_number",
    },
    id: (inputs, { issuer_id: issuer }) => `${backend(inputs)}/issuer/${String(issuer)}`,
    removed: (state) => `${backend(state)}/issuer/${String(state.issuerId)}`,
  },
  "vault:pkiSecret/secretBackendIntermediateCertRequest:SecretBackendIntermediateCertRequest": {
    path: (inputs) => `${backend(inputs)}/intermediate/generate/${String(inputs.type)}`,
    unsent: ["type"],
    names,
    outputs: { csr: "csr", keyId: "key_id", privateKey: "private_key", privateKeyType: "private_key_type" },
    secretOutputs: ["privateKey"],
    id: (inputs) => `${backend(inputs)}/intermediate/generate/${String(inputs.type)}`,
  },
  "vault:pkiSecret/secretBackendIntermediateSetSigned:SecretBackendIntermediateSetSigned": {
    path: (inputs) => `${backend(inputs)}/intermediate/set-signed`,
    unsent: [],
    outputs: { importedIssuers: "imported_issuers", importedKeys: "imported_keys" },
    lists: ["importedIssuers", "importedKeys"],
    id: (inputs) => `${backend(inputs)}/intermediate/set-signed`,
  },
  "vault:pkiSecret/secretBackendRootSignIntermediate:SecretBackendRootSignIntermediate": {
    path: (inputs) =>
      inputs.issuerRef === undefined
        ? `${backend(inputs)}/root/sign-intermediate`
        : `${backend(inputs)}/issuer/${String(inputs.issuerRef)}/sign-intermediate`,
    unsent: ["issuerRef", "revoke"],
    names,
    outputs: {
      caChains: "ca_chain",
      certificate: "certificate",
      certificateBundle: "certificate_bundle",
      issuingCa: "issuing_ca",
      serialNumber: "serial_number",
    },
    lists: ["caChains"],
    id: (inputs, { serial_number: serial }) => `${backend(inputs)}/${String(serial)}`,
  },
};

export function madeType(what: Made, vault: () => Vault): ResourceType<Inputs, Inputs> {
  const unsent = new Set(["backend", "namespace", ...what.unsent]);
  return {
    replaceOn: { allExcept: ["revoke"] },
    computed: Object.keys(what.outputs),
    stable: Object.keys(what.outputs),
    ...(what.secretOutputs === undefined ? {} : { secretOutputs: what.secretOutputs }),

    async create(inputs, { signal }) {
      const sent = Object.entries(inputs).filter(([key]) => !unsent.has(key));
      const body = Object.fromEntries(
        // Lists of names are one text to Vault.
        sent.map(([key, value]) => [what.names?.[key] ?? snake(key), Array.isArray(value) ? value.join(",") : value]),
      );
      const { data } = await vault().call({
        method: "POST",
        path: what.path(inputs),
        body,
        ...within(inputs, signal),
      });
      const told = data ?? {};
      const outputs = Object.entries(what.outputs).map(([key, name]) => [
        key,
        told[name] ?? (what.lists?.includes(key) ? [] : ""),
      ]);
      const state: Record<string, unknown> = { ...inputs, ...Object.fromEntries(outputs) };
      if ("certificateBundle" in what.outputs) {
        const chain = Array.isArray(state.caChains) ? state.caChains : [];
        state.certificateBundle = [...new Set([state.certificate, ...chain])].join("\n");
      }
      return { id: what.id(inputs, told), state };
    },

    update: async (_id, inputs, { state }) => ({ ...state, ...inputs }),

    async read(id, state, inputs, { importing, signal }) {
      if (importing) throw new UserError("what a pki engine has made can't be imported: it can't be read back whole");
      const path = what.removed?.(state);
      if (path !== undefined && (await vault().find({ path, ...within(state, signal) })) === undefined)
        return undefined;
      return { id, inputs, state: { ...state } };
    },

    async delete(_id, state, { signal }) {
      const path = what.removed?.(state);
      if (path !== undefined) await vault().remove({ path, ...within(state, signal) });
    },
  };
}
