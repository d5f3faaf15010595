import { createHash } from "node:crypto";
import { z } from "zod";
import { type ResourceType, unknown } from "../../provider/index.ts";
import {
  algorithms,
  curves,
  generateKey,
  type KeyWanted,
  type PrivateKeyTexts,
  type PublicKeyTexts,
  privateTexts,
  publicKeyInfo,
  publicTexts,
} from "./keys.ts";

const oneOf = <const Values extends readonly [string, ...string[]]>(what: string, values: Values) =>
  z.enum(values, { error: ({ input }) => `${JSON.stringify(input)} is no ${what}; allowed are ${values.join(", ")}` });

const inputs = z.strictObject({
  algorithm: oneOf("algorithm", algorithms),
  ecdsaCurve: oneOf("curve", curves).optional(),
  rsaBits: z
    .int({ error: ({ input }) => `${JSON.stringify(input)} is no whole number of bits` })
    .min(1024, { error: ({ input }) => `${String(input)} bits are too few to be safe; allowed are 1024 to 16384` })
    .max(16_384, { error: ({ input }) => `${String(input)} bits are too many; allowed are 1024 to 16384` })
    .optional(),
});

type Inputs = z.infer<typeof inputs>;
type State = Required<Inputs> & PrivateKeyTexts & PublicKeyTexts;

/** Kept in the state only, as by the official provider: its stacks and ours then compare equal. */
const defaults = { rsaBits: 2048, ecdsaCurve: "P224" } as const;
const secrets = ["privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh"];
const computed = [
  ...secrets,
  "publicKeyPem",
  "publicKeyOpenssh",
  "publicKeyFingerprintMd5",
  "publicKeyFingerprintSha256",
];

export const privateKey: ResourceType<Inputs, State> = {
  inputs,
  replaceOn: { allExcept: [] },
  defaults,
  computed,
  secretOutputs: secrets,
  planned: (given) => ({ ...defaults, ...given, ...Object.fromEntries(computed.map((name) => [name, unknown])) }),
  async create(given) {
    const { algorithm, rsaBits = defaults.rsaBits, ecdsaCurve = defaults.ecdsaCurve } = given;
    const key = await generateKey(wanted(algorithm, rsaBits, ecdsaCurve));
    return {
      id: createHash("sha1").update(publicKeyInfo(key)).digest("hex"),
      state: { algorithm, rsaBits, ecdsaCurve, ...privateTexts(key), ...publicTexts(key) },
    };
  },
};

function wanted(algorithm: Inputs["algorithm"], rsaBits: number, curve: (typeof curves)[number]): KeyWanted {
  if (algorithm === "RSA") return { algorithm, rsaBits };
  return algorithm === "ECDSA" ? { algorithm, curve } : { algorithm };
}
