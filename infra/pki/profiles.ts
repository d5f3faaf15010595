/** What a leaf is for; decides its key usages. */
export type LeafProfile = "server" | "client" | "peer";

/** A leaf to be issued. */
export interface LeafSpec {
  /** The common name, and part of the resources' names. */
  readonly name: string;
  readonly profile: LeafProfile;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
}

/** Key usages by the names that @pulumi/tls gives them. A peer is a server that also calls others. */
export const leafProfiles: Readonly<Record<LeafProfile, { readonly allowedUses: readonly string[] }>> = {
  server: { allowedUses: ["digital_signature", "server_auth"] },
  client: { allowedUses: ["digital_signature", "client_auth"] },
  peer: { allowedUses: ["digital_signature", "server_auth", "client_auth"] },
};

const hoursPerYear = 365 * 24;

/** Validity and renewal: a certificate is due in the last third of its life. Whole hours, at least one. */
export function validityHours(years: number): { validityPeriodHours: number; earlyRenewalHours: number } {
  const validityPeriodHours = Math.max(1, Math.round(years * hoursPerYear));
  return { validityPeriodHours, earlyRenewalHours: Math.floor(validityPeriodHours / 3) };
}
