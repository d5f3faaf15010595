/**
 * What a workload carries whose password isn't there yet. Passwords lie in Vault, and Vault is set up in a phase of its own:
 * until then pods wait for their Secret, and a deployment that waited for them would never end.
 */
export const awaiting = (credentialsReady: boolean): { annotations?: Record<string, string> } =>
  credentialsReady ? {} : { annotations: { "pulumi.com/skipAwait": "true" } };
