import { createHash } from "node:crypto";
import { z } from "zod";
import { PropertyErrors, type ProviderFunction } from "../../provider/index.ts";
import {
  type Algorithm,
  KeyError,
  type PrivateKey,
  type PublicKeyTexts,
  parseOpensshPrivateKey,
  parsePrivateKey,
  publicKeyInfo,
  publicTexts,
} from "./keys.ts";

const publicKeyArguments = z.strictObject({
  privateKeyPem: z.string().optional(),
  privateKeyOpenssh: z.string().optional(),
});
type PublicKeyArguments = z.infer<typeof publicKeyArguments>;

export const getPublicKey: ProviderFunction<
  PublicKeyArguments,
  PublicKeyArguments & PublicKeyTexts & { readonly id: string; readonly algorithm: Algorithm }
> = {
  inputs: publicKeyArguments,
  computed: [
    "id",
    "algorithm",
    "publicKeyPem",
    "publicKeyOpenssh",
    "publicKeyFingerprintMd5",
    "publicKeyFingerprintSha256",
  ],
  async call(given) {
    const key = givenKey(given);
    const id = createHash("sha1").update(publicKeyInfo(key)).digest("hex");
    return { ...given, ...publicTexts(key), id, algorithm: key.algorithm };
  },
};

function givenKey({ privateKeyPem, privateKeyOpenssh }: PublicKeyArguments): PrivateKey {
  if ((privateKeyPem === undefined) === (privateKeyOpenssh === undefined)) {
    throw new PropertyErrors([
      { property: "privateKeyPem", reason: "exactly one of privateKeyPem and privateKeyOpenssh must be given" },
    ]);
  }
  const property = privateKeyPem === undefined ? "privateKeyOpenssh" : "privateKeyPem";
  try {
    return privateKeyPem === undefined
      ? parseOpensshPrivateKey(privateKeyOpenssh ?? "")
      : parsePrivateKey(privateKeyPem);
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    throw new PropertyErrors([{ property, reason: error.message }]);
  }
}
