/** What nginx stands before, and with which certificates. Files are paths on the machine that runs it. */
export interface MtlsArgs {
  readonly serverName: string;
  /** @default 8443 */
  readonly port?: number;
  readonly certificateFile: string;
  readonly keyFile: string;
  /** The roots that clients' certificates must lead to. */
  readonly clientCaFile: string;
  readonly upstream: MtlsUpstream;
  /** What the router takes, in bytes: `limits.maxBodyBytes`. */
  readonly maxBodyBytes: number;
  /** The longest that an answer may pause, in milliseconds: the router's `deadlines` say more. */
  readonly pauseMs: number;
}

/** The router: in plain text on this machine, or over TLS where nginx shows a certificate of its own. */
export interface MtlsUpstream {
  readonly host: string;
  readonly port: number;
  readonly tls?: {
    /** The name that the router's certificate is checked for. */
    readonly name: string;
    readonly caFile: string;
    readonly certificateFile: string;
    readonly keyFile: string;
  };
}

/**
 * nginx's `mtls.conf`, to be included within `http`: nobody is let through without a certificate of our authority. Answers
 * are passed on as they come, because a buffered stream is none.
 *
 * @throws RangeError for a value that nginx would read as more than one
 */
export function renderMtlsConf(args: MtlsArgs): string {
  const { port = 8443, upstream, maxBodyBytes, pauseMs } = args;
  const seconds = Math.ceil(pauseMs / 1000);
  const scheme = upstream.tls === undefined ? "http" : "https";
  return [
    "upstream hybrid_llm_router {",
    `    server ${word("upstream.host", upstream.host)}:${upstream.port};`,
    "    keepalive 64;",
    "}",
    "",
    "server {",
    `    listen ${port} ssl;`,
    `    server_name ${word("serverName", args.serverName)};`,
    "",
    `    ssl_certificate ${word("certificateFile", args.certificateFile)};`,
    `    ssl_certificate_key ${word("keyFile", args.keyFile)};`,
    "    ssl_protocols TLSv1.2 TLSv1.3;",
    `    ssl_client_certificate ${word("clientCaFile", args.clientCaFile)};`,
    "    ssl_verify_client on;",
    "    # Leaf, a region's intermediate, root.",
    "    ssl_verify_depth 2;",
    "",
    `    client_max_body_size ${maxBodyBytes};`,
    "",
    "    location / {",
    `        proxy_pass ${scheme}://hybrid_llm_router;`,
    "        proxy_http_version 1.1;",
    '        proxy_set_header Connection "";',
    "        proxy_set_header Host $host;",
    "        # Who the client is by its certificate; what it says of itself is overwritten.",
    "        proxy_set_header X-Client-Certificate-Subject $ssl_client_s_dn;",
    "        proxy_buffering off;",
    "        proxy_request_buffering off;",
    `        proxy_read_timeout ${seconds}s;`,
    "        # The router decides what is tried again; a request may have been paid for.",
    "        proxy_next_upstream off;",
    ...upstreamTls(upstream),
    "    }",
    "}",
    "",
  ].join("\n");
}

function upstreamTls({ tls }: MtlsUpstream): string[] {
  if (tls === undefined) return [];
  return [
    "        proxy_ssl_verify on;",
    "        proxy_ssl_verify_depth 2;",
    "        proxy_ssl_server_name on;",
    `        proxy_ssl_name ${word("upstream.tls.name", tls.name)};`,
    `        proxy_ssl_trusted_certificate ${word("upstream.tls.caFile", tls.caFile)};`,
    `        proxy_ssl_certificate ${word("upstream.tls.certificateFile", tls.certificateFile)};`,
    `        proxy_ssl_certificate_key ${word("upstream.tls.keyFile", tls.keyFile)};`,
  ];
}

/** One parameter of a directive. nginx has no way to write some characters, so those are refused. */
function word(field: string, value: string): string {
  if (/^[\w./:@+-]+$/.test(value)) return value;
  throw new RangeError(`${field}: ${JSON.stringify(value)}; allowed are letters, digits and . / : @ + _ -`);
}
