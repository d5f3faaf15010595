/*
 * Why not @peculiar/utils/pem: it refuses a whole text for one damaged block after the first, where ours reads the
 * first; and around it as much code would be left as is here.
 */

/** A PEM block (RFC 7468) with lines of 64 characters and a line end at its end, as Go and OpenSSL write it. */
export function toPem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** The first block of a text, whatever stands around it; `undefined` if there is none. */
export function fromPem(text: string): { readonly label: string; readonly der: Buffer } | undefined {
  const found = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n([\s\S]*?)-----END \1-----/.exec(text);
  const [, label, body] = found ?? [];
  if (label === undefined || body === undefined) return undefined;
  const base64 = body.replaceAll(/\s/g, "");
  if (base64 === "" || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  return { label, der: Buffer.from(base64, "base64") };
}
