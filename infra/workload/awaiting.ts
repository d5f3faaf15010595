/**
 * What a workload carries whose password isn't there yet. Passwords lie in Vault, and Vault is set up in a phase of its own:
 * until then pods wait for their Secret, and a deployment that waited for them would never end.
 */
export const awaiting = (credentialsReady: boolean): { annotations?: Record<string, string> } =>
  credentialsReady ? {} : { annotations: { "pulumi.com/skipAwait": "true" } };

/** What a workload carries that takes longer to be ready than a deployment waits by itself, ten minutes. */
export const awaitedFor = (seconds: number): { annotations: Record<string, string> } => ({
  annotations: { "pulumi.com/timeoutSeconds": String(seconds) },
});
