export type Labels = Record<string, string>;

/** A workload, or one version of it. */
export interface Party {
  readonly name: string;
  readonly version?: string;
}

/** What selects its pods. It never changes: a Deployment's selector can't. */
export const selectorOf = ({ name, version }: Party): Labels => ({
  "app.kubernetes.io/name": name,
  ...(version === undefined ? {} : { "hybrid-llm/version": version }),
});

/** What its objects carry. */
export const labelsOf = (party: Party): Labels => ({ ...selectorOf(party), "app.kubernetes.io/part-of": "hybrid-llm" });
