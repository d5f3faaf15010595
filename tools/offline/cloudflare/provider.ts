import { planOnlyProvider } from "../plan/index.ts";

/** The offline `cloudflare` provider, for all resource types of @pulumi/cloudflare: it plans, nothing else. */
export const provider = planOnlyProvider({
  name: "cloudflare",
  sdk: "@pulumi/cloudflare",
  replaceOnAlways: ["accountId", "zoneId"],
  // After the RequiresReplace of the Cloudflare provider's documentation, major version 5.
  replaceOn: {
    "cloudflare:index/workersKv:WorkersKv": ["keyName", "namespaceId"],
    "cloudflare:index/workersKvNamespace:WorkersKvNamespace": ["jurisdiction"],
    "cloudflare:index/workersScript:WorkersScript": ["scriptName"],
    "cloudflare:index/workersCustomDomain:WorkersCustomDomain": ["hostname"],
    "cloudflare:index/zone:Zone": ["account", "name"],
    "cloudflare:index/zoneSetting:ZoneSetting": ["settingId"],
  },
});
