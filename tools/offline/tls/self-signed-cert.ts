import { z } from "zod";
import { type CheckFailure, isMap, type PropertyMap, type ResourceType, reveal } from "../../provider/index.ts";
import { issue, subjectKeyId } from "./certificates.ts";
import { keyArguments, names, subject, validity } from "./inputs.ts";
import { checkKeyArgument, withoutWriteOnly } from "./key-argument.ts";
import { type Algorithm, parsePrivateKey, publicKeyInfo } from "./keys.ts";
import { alternativeNames, distinguishedName } from "./names.ts";
import { certificateRules, commonDefaults, periodFromNow, type ValidityState, validityState } from "./validity.ts";

const keyName = "privateKeyPem";
const inputs = z.strictObject({
  ...keyArguments(keyName),
  ...names,
  ...validity,
  subject: subject.optional(),
  setAuthorityKeyId: z.boolean().optional(),
});

const defaults = { ...commonDefaults, setAuthorityKeyId: false } as const;

type Inputs = z.infer<typeof inputs>;
type State = Inputs & ValidityState & { readonly certPem: string; readonly keyAlgorithm: Algorithm };

export const selfSignedCert: ResourceType<Inputs, State> = {
  ...certificateRules<State>({ key: keyName, computed: ["keyAlgorithm"], defaults }),
  inputs,
  check: (given) => ({ failures: [...checkKeyArgument(given, keyName), ...checkSelfSigned(given)] }),
  async create(given) {
    const key = parsePrivateKey(given.privateKeyPem ?? given.privateKeyPemWo ?? "");
    const period = periodFromNow(given);
    const name = distinguishedName(given.subject ?? {});
    const wanted = {
      ...period,
      subject: name,
      alternativeNames: alternativeNames(given),
      publicKey: publicKeyInfo(key),
      uses: given.allowedUses,
      isCa: given.isCaCertificate ?? defaults.isCaCertificate,
      maxPathLength: given.maxPathLength,
      withSubjectKeyId: given.setSubjectKeyId ?? defaults.setSubjectKeyId,
    };
    const keyId = given.setAuthorityKeyId === true ? subjectKeyId(wanted) : undefined;
    const { pem, serialNumber } = issue(wanted, { key, name, keyId });
    return {
      id: serialNumber,
      state: {
        ...defaults,
        ...withoutWriteOnly(given, keyName),
        ...validityState(period, given.earlyRenewalHours ?? defaults.earlyRenewalHours),
        certPem: pem,
        keyAlgorithm: key.algorithm,
      },
    };
  },
};

function checkSelfSigned(given: PropertyMap): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const isCa = reveal(given.isCaCertificate ?? false);
  const named = reveal(given.subject ?? {});
  if (isCa === true && isMap(named) && Object.values(named).every((value) => value === "")) {
    failures.push({ property: "subject", reason: "must name a certificate authority: give commonName at least" });
  }
  const lacksKeyId = isCa === false && reveal(given.setSubjectKeyId ?? false) === false;
  if (reveal(given.setAuthorityKeyId ?? false) === true && lacksKeyId) {
    failures.push({
      property: "setAuthorityKeyId",
      reason: "needs a subject key identifier: set setSubjectKeyId too, or isCaCertificate",
    });
  }
  return failures;
}
