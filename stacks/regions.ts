import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { Intermediate } from "../infra/pki/index.ts";
import { Pki } from "../infra/pki/index.ts";
import { issuerName } from "../infra/platform/index.ts";
import { refuseDefaultProviders } from "../infra/region/index.ts";
import type { InCluster } from "./config/index.ts";
import { refusePlaceholders } from "./placeholders.ts";

/** Who signs leaves in each region's cluster. */
export const issuer = { name: issuerName, kind: "ClusterIssuer" } as const;

/** What the regions of a stack share. */
export interface Shared {
  /** `<project>-<stack>`, in every physical name. */
  readonly stack: string;
  readonly pki: Pki;
  /** How many regions there are. */
  readonly regions: number;
  /** The authority of one region. */
  readonly intermediateOf: (region: string) => Intermediate;
}

/** What comes before the regions: the rule that nothing has a default provider, and the authority. */
export function composeShared(stack: InCluster, regions: readonly string[]): Shared {
  refusePlaceholders(stack);
  refuseDefaultProviders();
  const provider = new tls.Provider("tls");
  const pki = new Pki("pki", { ...stack.pki, regions }, { providers: { tls: provider } });
  return {
    stack: `${pulumi.getProject()}-${pulumi.getStack()}`,
    pki,
    regions: regions.length,
    intermediateOf: (region) => {
      const intermediate = pki.intermediates[region];
      if (!intermediate) throw new Error(`no intermediate for ${region}`);
      return intermediate;
    },
  };
}
