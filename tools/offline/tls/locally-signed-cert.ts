import { z } from "zod";
import { type CheckFailure, type PropertyMap, type ResourceType, reveal } from "../../provider/index.ts";
import { belongsTo, issue, parseAuthority } from "./certificates.ts";
import { certificatePem, certificateRequestPem, keyArguments, validity } from "./inputs.ts";
import { checkKeyArgument, withoutWriteOnly } from "./key-argument.ts";
import { type Algorithm, parsePrivateKey } from "./keys.ts";
import { emptyName } from "./names.ts";
import { parseRequest } from "./requests.ts";
import {
  certificateRules,
  commonDefaults as defaults,
  periodFromNow,
  type ValidityState,
  validityState,
} from "./validity.ts";

const keyName = "caPrivateKeyPem";
const inputs = z.strictObject({
  ...keyArguments(keyName),
  ...validity,
  caCertPem: certificatePem,
  certRequestPem: certificateRequestPem,
});

type Inputs = z.infer<typeof inputs>;
type State = Inputs & ValidityState & { readonly certPem: string; readonly caKeyAlgorithm: Algorithm };

export const locallySignedCert: ResourceType<Inputs, State> = {
  ...certificateRules<State>({ key: keyName, computed: ["caKeyAlgorithm"], defaults }),
  inputs,
  check: (given) => ({ failures: [...checkKeyArgument(given, keyName), ...checkAuthority(given)] }),
  async create(given, { log }) {
    const key = parsePrivateKey(given.caPrivateKeyPem ?? given.caPrivateKeyPemWo ?? "");
    const authority = parseAuthority(given.caCertPem);
    if (!authority.certificate.ca) {
      log.warn("caCertPem is no certificate of an authority (CA:TRUE): what it signs may not be accepted");
    }
    const period = periodFromNow(given);
    const wanted = {
      ...period,
      ...parseRequest(given.certRequestPem),
      uses: given.allowedUses,
      isCa: given.isCaCertificate ?? defaults.isCaCertificate,
      maxPathLength: given.maxPathLength,
      withSubjectKeyId: given.setSubjectKeyId ?? defaults.setSubjectKeyId,
    };
    const { pem, serialNumber } = issue(wanted, { key, name: authority.name, keyId: authority.keyId });
    return {
      id: serialNumber,
      state: {
        ...defaults,
        ...withoutWriteOnly(given, keyName),
        ...validityState(period, given.earlyRenewalHours ?? defaults.earlyRenewalHours),
        certPem: pem,
        caKeyAlgorithm: key.algorithm,
      },
    };
  },
};

/** What can be said of the three PEM texts together, of those that are known. */
function checkAuthority(given: PropertyMap): CheckFailure[] {
  const text = (name: string): string | undefined => {
    const value = reveal(given[name] ?? null);
    return typeof value === "string" ? value : undefined;
  };
  const failures: CheckFailure[] = [];
  const [certificate, request] = [text("caCertPem"), text("certRequestPem")];
  const usedName = text(keyName) === undefined ? `${keyName}Wo` : keyName;
  const key = text(usedName);
  if (certificate !== undefined && key !== undefined) {
    if (!belongsTo(parsePrivateKey(key).key, parseAuthority(certificate))) {
      failures.push({ property: usedName, reason: "is not the key of the certificate in caCertPem" });
    }
  }
  if (request !== undefined && reveal(given.isCaCertificate ?? false) === true) {
    if (parseRequest(request).subject.equals(emptyName)) {
      failures.push({
        property: "certRequestPem",
        reason: "must name a certificate authority, but its subject is empty",
      });
    }
  }
  return failures;
}
