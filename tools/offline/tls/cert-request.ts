import { createHash } from "node:crypto";
import { z } from "zod";
import { type ResourceType, unknown } from "../../provider/index.ts";
import { keyArguments, names, subject } from "./inputs.ts";
import { checkKeyArgument, withoutWriteOnly } from "./key-argument.ts";
import { type Algorithm, parsePrivateKey } from "./keys.ts";
import { request } from "./requests.ts";

const keyName = "privateKeyPem";
const inputs = z.strictObject({ ...keyArguments(keyName), subject: subject.optional(), ...names });

type Inputs = z.infer<typeof inputs>;
type State = Inputs & { readonly certRequestPem: string; readonly keyAlgorithm: Algorithm };

export const certRequest: ResourceType<Inputs, State> = {
  inputs,
  replaceOn: { allExcept: [] },
  ignore: ["privateKeyPemWo"],
  secretOutputs: [keyName],
  check: (given) => ({ failures: checkKeyArgument(given, keyName) }),
  planned: (given) => ({ ...withoutWriteOnly(given, keyName), certRequestPem: unknown, keyAlgorithm: unknown }),
  async create(given) {
    const key = parsePrivateKey(given.privateKeyPem ?? given.privateKeyPemWo ?? "");
    const made = request(given.subject ?? {}, given, key);
    return {
      id: createHash("sha1").update(made.der).digest("hex"),
      state: { ...withoutWriteOnly(given, keyName), certRequestPem: made.pem, keyAlgorithm: key.algorithm },
    };
  },
};
