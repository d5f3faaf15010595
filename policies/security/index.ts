import type { Pack } from "../pack/pack.ts";
import { defaultDeny } from "./default-deny.ts";
import { encryptionAtRest } from "./encryption-at-rest.ts";
import { gpuLimit } from "./gpu-limit.ts";
import { iamKnownLater } from "./iam-known-later.ts";
import { imagesByDigest } from "./images-by-digest.ts";
import { mtlsStrict } from "./mtls-strict.ts";
import { noPlaintextSecret } from "./no-plaintext-secret.ts";
import { noWildcardIam } from "./no-wildcard-iam.ts";
import { protectData } from "./protect-data.ts";
import { resourceLimits } from "./resource-limits.ts";
import { restrictedPods } from "./restricted-pods.ts";
import { rotation } from "./rotation.ts";

export const securityPack: Pack = {
  name: "hybrid-llm-security",
  description: "What every stack must hold to, whatever it costs and wherever it runs.",
  policies: [
    noPlaintextSecret,
    mtlsStrict,
    defaultDeny,
    restrictedPods,
    imagesByDigest,
    resourceLimits,
    encryptionAtRest,
    rotation,
    noWildcardIam,
    iamKnownLater,
    gpuLimit,
    protectData,
  ],
};
