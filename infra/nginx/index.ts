/** nginx before the router, for clients with certificates. */
export { type MtlsArgs, type MtlsUpstream, renderMtlsConf } from "./mtls.ts";
