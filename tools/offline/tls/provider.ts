import type { Provider } from "../../provider/index.ts";

/**
 * The offline `tls` provider, for the tokens and arguments of @pulumi/tls 5.6.1. Semantics follow the official one
 * (which follows hashicorp/terraform-provider-tls 4): what replaces what, formats, renewal. Differences: a maxPathLength
 * of 0 is obeyed, a request's signature is verified, and a key that isn't the authority's is refused in the preview.
 */
export const provider: Provider = {
  name: "tls",
  version: "5.6.1",
  offline: true,
  description: "makes real keys and certificates on this machine; lacks only the function getCertificate",
  resources: {
    "tls:index/privateKey:PrivateKey": async () => (await import("./private-key.ts")).privateKey,
    "tls:index/certRequest:CertRequest": async () => (await import("./cert-request.ts")).certRequest,
    "tls:index/selfSignedCert:SelfSignedCert": async () => (await import("./self-signed-cert.ts")).selfSignedCert,
    "tls:index/locallySignedCert:LocallySignedCert": async () =>
      (await import("./locally-signed-cert.ts")).locallySignedCert,
  },
  functions: {
    "tls:index/getPublicKey:getPublicKey": async () => (await import("./get-public-key.ts")).getPublicKey,
  },
};
