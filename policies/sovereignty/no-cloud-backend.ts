import { isValues, unknownValue, type Value } from "../../infra/cost/index.ts";
import { linkTo, type Policy } from "../pack/policy.ts";
import { at, holdsUnknown, isKind, shown, texts } from "../pack/reading.ts";
import { airgapConfig, isAirgapped } from "./airgap.ts";

const name = "no-cloud-backend";

const cloud = ["gemini", "claude", "openai"];
const hosts =
  /\b(?:api\.openai\.com|api\.anthropic\.com|generativelanguage\.googleapis\.com|aiplatform\.googleapis\.com)\b/;

/** The router's configuration, where a text is one. */
function routerConfig(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null && "failoverChain" in parsed
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function cloudIn(text: string): string[] {
  const config = routerConfig(text);
  const chain = config?.failoverChain;
  return [
    ...(config && config.airgap !== true ? ["the router's configuration does not say airgap: true"] : []),
    ...(Array.isArray(chain) ? chain : []).flatMap((backend) =>
      cloud.includes(String(backend)) ? [`the failover chain has ${String(backend)}`] : [],
    ),
    ...(hosts.test(text) ? [`it names ${hosts.exec(text)?.[0]}`] : []),
  ];
}

/** Roots are made by the update itself, and configure no backend; once they are known, they are read like all else. */
const withoutCertificates = (data: Value | undefined): Value | undefined =>
  isValues(data) ? Object.fromEntries(Object.entries(data).filter(([key]) => !key.endsWith(".pem"))) : data;

/** In a stack without internet no prompt is ever meant for a provider in a cloud. */
export const noCloudBackend: Policy = {
  name,
  level: "mandatory",
  reason: "In a stack without internet no prompt is ever meant for a provider in a cloud.",
  link: linkTo(name),
  fix: "leave local and triton in the failover chain, and set airgap: true",
  config: airgapConfig,
  check: {
    of: "resource",
    applies: isKind("ConfigMap"),
    violations({ properties }, plan) {
      if (!isAirgapped(plan)) return [];
      const data: Value | undefined = at(properties, "data");
      if (data === unknownValue || holdsUnknown(withoutCertificates(data))) return [`data is ${shown(unknownValue)}`];
      return isValues(data) ? [...texts(data)].flatMap(([, text]) => cloudIn(text)) : [];
    },
  },
};
