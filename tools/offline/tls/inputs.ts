import { z } from "zod";
import { CertificateError } from "./certificate-error.ts";
import { parseAuthority } from "./certificates.ts";
import { KeyError, parsePrivateKey } from "./keys.ts";
import { ipBytes } from "./names.ts";
import { parseRequest } from "./requests.ts";
import { allowedUses } from "./uses.ts";

/** A text that `parse` can read; what is wrong with it, if anything, is in the parser's own words. */
function pem(parse: (text: string) => unknown): z.ZodType<string> {
  return z.string().superRefine((text, context) => {
    try {
      parse(text);
    } catch (error) {
      if (!(error instanceof KeyError || error instanceof CertificateError)) throw error;
      context.addIssue({ code: "custom", message: error.message });
    }
  });
}

export const privateKeyPem = pem(parsePrivateKey);
export const certificatePem = pem(parseAuthority);
export const certificateRequestPem = pem(parseRequest);

export const subject = z.strictObject({
  commonName: z.string().optional(),
  country: z.string().optional(),
  emailAddress: z.string().optional(),
  locality: z.string().optional(),
  organization: z.string().optional(),
  organizationalUnit: z.string().optional(),
  postalCode: z.string().optional(),
  province: z.string().optional(),
  serialNumber: z.string().optional(),
  streetAddresses: z.array(z.string()).optional(),
});

/** What a name in a certificate may consist of: an internationalised one comes in its ASCII form. */
const ascii = (kind: string) =>
  z.string().regex(/^[\x21-\x7e]+$/, {
    error: ({ input }) => `"${String(input)}" is no ${kind}: printable ASCII without spaces is expected`,
  });

export const names = {
  dnsNames: z.array(ascii("DNS name")).optional(),
  ipAddresses: z
    .array(
      z.string().refine((address) => ipBytes(address) !== undefined, {
        error: ({ input }) => `"${String(input)}" is no IP address; 192.0.2.1 or 2001:db8::1 would be`,
      }),
    )
    .optional(),
  uris: z
    .array(
      ascii("URI").refine((uri) => URL.canParse(uri), {
        error: ({ input }) => `"${String(input)}" is no absolute URI; spiffe://example.org/router would be`,
      }),
    )
    .optional(),
};

/** The names of a private key argument, its write-only twin, and the number that announces a new value of the twin. */
export function keyArguments<Name extends string>(name: Name) {
  return {
    [name]: privateKeyPem.optional(),
    [`${name}Wo`]: privateKeyPem.optional(),
    [`${name}WoVersion`]: z.int().optional(),
  } as { [K in Name | `${Name}Wo`]: z.ZodOptional<z.ZodType<string>> } & {
    [K in `${Name}WoVersion`]: z.ZodOptional<z.ZodInt>;
  };
}

const hours = (value: number) => z.int({ error: "a whole number of hours is expected" }).min(value);

/** No certificate can outlive the year 9999 (RFC 5280, 4.1.2.5). */
const longestHours = 60_000_000;

export const validity = {
  allowedUses: z.array(
    z.string().refine((use) => allowedUses.includes(use), {
      error: ({ input }) => `"${String(input)}" is no use of a certificate; allowed are ${allowedUses.join(", ")}`,
    }),
  ),
  validityPeriodHours: hours(0).max(longestHours),
  earlyRenewalHours: hours(0).optional(),
  isCaCertificate: z.boolean().optional(),
  maxPathLength: z.int().min(-1).optional(),
  setSubjectKeyId: z.boolean().optional(),
};
