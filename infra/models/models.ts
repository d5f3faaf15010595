/** A model in Triton's repository. */
export interface TritonModel {
  readonly name: string;
  /** The versions that are loaded, with the percent of users that each one serves. */
  readonly versions: readonly { readonly version: number; readonly weight: number }[];
  /** How long a request may wait for others that it is answered with; 0 takes what is there. */
  readonly maxQueueDelayMicroseconds?: number;
}

/** The models of a stack, as its configuration names them. */
export interface Models {
  readonly ollama?: { readonly models: readonly string[] } | undefined;
  readonly triton?: { readonly models: readonly TritonModel[] } | undefined;
}

/** A server of models within a cluster. */
export interface ModelServer {
  readonly name: "ollama" | "triton";
  readonly port: number;
}

export const ollamaServer = { name: "ollama", port: 11434 } as const satisfies ModelServer;
export const tritonServer = { name: "triton", port: 8000 } as const satisfies ModelServer;

/** Where the router finds it. */
export const addressOf = ({ name, port }: ModelServer, namespace: string): string =>
  `http://${name}.${namespace}.svc.cluster.local:${port}`;
