import { ExtendedKeyUsage, KeyUsageFlags as Flags, KeyUsage } from "@peculiar/asn1-x509";

/** Bits of the key usage extension (RFC 5280, 4.2.1.3). */
const keyUsages: Readonly<Record<string, Flags>> = {
  digital_signature: Flags.digitalSignature,
  content_commitment: Flags.nonRepudiation,
  key_encipherment: Flags.keyEncipherment,
  data_encipherment: Flags.dataEncipherment,
  key_agreement: Flags.keyAgreement,
  cert_signing: Flags.keyCertSign,
  crl_signing: Flags.cRLSign,
  encipher_only: Flags.encipherOnly,
  decipher_only: Flags.decipherOnly,
};

/** Object identifiers of the extended key usage extension (RFC 5280, 4.2.1.12). */
const extendedKeyUsages: Readonly<Record<string, string>> = {
  any_extended: "2.5.29.37.0",
  server_auth: "1.3.6.1.5.5.7.3.1",
  client_auth: "1.3.6.1.5.5.7.3.2",
  code_signing: "1.3.6.1.5.5.7.3.3",
  email_protection: "1.3.6.1.5.5.7.3.4",
  ipsec_end_system: "1.3.6.1.5.5.7.3.5",
  ipsec_tunnel: "1.3.6.1.5.5.7.3.6",
  ipsec_user: "1.3.6.1.5.5.7.3.7",
  timestamping: "1.3.6.1.5.5.7.3.8",
  ocsp_signing: "1.3.6.1.5.5.7.3.9",
  microsoft_server_gated_crypto: "1.3.6.1.4.1.311.10.3.3",
  netscape_server_gated_crypto: "2.16.840.1.113730.4.1",
  microsoft_commercial_code_signing: "1.3.6.1.4.1.311.2.1.22",
  microsoft_kernel_code_signing: "1.3.6.1.4.1.311.61.1.1",
};

export const allowedUses: readonly string[] = [...Object.keys(keyUsages), ...Object.keys(extendedKeyUsages)].sort();

const own = <T>(table: Readonly<Record<string, T>>, names: readonly string[]): T[] =>
  [...new Set(names)].filter((name) => Object.hasOwn(table, name)).map((name) => table[name] as T);

/** `undefined` if no use belongs to this extension. */
export function keyUsage(uses: readonly string[]): KeyUsage | undefined {
  const flags = own(keyUsages, uses);
  return flags.length === 0 ? undefined : new KeyUsage(flags.reduce((all, flag) => all | flag, 0));
}

/** `undefined` as above. */
export function extendedKeyUsage(uses: readonly string[]): ExtendedKeyUsage | undefined {
  const identifiers = own(extendedKeyUsages, uses);
  return identifiers.length === 0 ? undefined : new ExtendedKeyUsage(identifiers);
}
