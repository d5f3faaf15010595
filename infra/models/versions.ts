/**
 * Model servers that this was written for. Their digests are the stack's to give: a digest decides what runs, and none of
 * these could be read at its registry.
 */
export const modelServers = {
  triton: { repository: "nvcr.io/nvidia/tritonserver", version: "25.03-py3" },
  ollama: { repository: "docker.io/ollama/ollama", version: "0.17.4" },
} as const;
