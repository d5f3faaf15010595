import type { Pack } from "../pack/pack.ts";
import { fromMirror } from "./from-mirror.ts";
import { noCloudBackend } from "./no-cloud-backend.ts";
import { noCloudProvider } from "./no-cloud-provider.ts";
import { noEgress } from "./no-egress.ts";
import { noOpaqueObject } from "./no-opaque-object.ts";
import { noPublicEndpoint } from "./no-public-endpoint.ts";
import { saysWhetherAirgapped } from "./says-whether-airgapped.ts";
import { tenantsInRegion } from "./tenants-in-region.ts";

export const sovereigntyPack: Pack = {
  name: "hybrid-llm-sovereignty",
  description: "What a stack without internet must not hold, and where a tenant's data may be.",
  policies: [
    saysWhetherAirgapped,
    noCloudProvider,
    noCloudBackend,
    noPublicEndpoint,
    fromMirror,
    noOpaqueObject,
    noEgress,
    tenantsInRegion,
  ],
};
