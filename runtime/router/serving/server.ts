import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer as createPlainServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer, type ServerOptions, type Server as TlsServer } from "node:https";
import { isAbsolute, resolve } from "node:path";
import type { TLSSocket } from "node:tls";
import { ConfigurationError, type RouterConfig } from "../../config/index.ts";

type Security = RouterConfig["listen"]["security"];
type Tls = Extract<Security, { mode: "tls" }>;

/** A slow client holds its socket no longer than this; milliseconds. */
const patience = { headersTimeout: 30_000, requestTimeout: 120_000, keepAliveTimeout: 75_000 };

/**
 * The server for `listen.security`: plain HTTP, or HTTPS where every file is read and checked before the port opens.
 *
 * @param baseDirectory the folder that relative file names start from
 * @throws ConfigurationError when a file can't be read or a key is not its certificate's
 */
export function createServer(security: Security, baseDirectory: string, handler: RequestListener): Server {
  if (security.mode === "plain") return createPlainServer(patience, handler);
  const server = createTlsServer({ ...patience, ...tlsOptions(security, baseDirectory) }, handler);
  if (security.clientCertificate === "optional") {
    server.on("secureConnection", (socket: TLSSocket) => {
      const presented = socket.getPeerX509Certificate() !== undefined;
      if (presented && !socket.authorized) socket.destroy();
    });
  }
  return server;
}

/**
 * Reads the listener's files again: new connections use them, open ones stay as they are.
 *
 * @throws ConfigurationError, and then the old certificate stays in use
 */
export function renewCertificate(server: Server, security: Tls, baseDirectory: string): void {
  (server as TlsServer).setSecureContext(tlsOptions(security, baseDirectory));
}

function tlsOptions(security: Tls, baseDirectory: string): ServerOptions {
  const at = (file: string) => (isAbsolute(file) ? file : resolve(baseDirectory, file));
  const cert = read("certificateFile", at(security.certificateFile));
  const key = read("keyFile", at(security.keyFile));
  checkPair(cert, at(security.certificateFile), key, at(security.keyFile));
  const asks = security.clientCertificate !== "none";
  return {
    cert,
    key,
    minVersion: "TLSv1.2",
    ALPNProtocols: ["http/1.1"],
    requestCert: asks,
    rejectUnauthorized: security.clientCertificate === "required",
    ...(asks && security.clientCaFile ? { ca: readAuthority(at(security.clientCaFile)) } : {}),
  };
}

function read(field: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw wrong(field, file, "a readable PEM file", (error as Error).message);
  }
}

function readAuthority(file: string): Buffer {
  const pem = read("clientCaFile", file);
  parse("clientCaFile", file, "PEM certificates", () => new X509Certificate(pem));
  return pem;
}

function checkPair(cert: Buffer, certFile: string, key: Buffer, keyFile: string): void {
  const leaf = parse("certificateFile", certFile, "PEM, leaf first", () => new X509Certificate(cert));
  const own = parse("keyFile", keyFile, "an unencrypted PEM private key", () => createPrivateKey(key));
  if (!leaf.checkPrivateKey(own)) {
    throw wrong(
      "keyFile",
      keyFile,
      `the private key of the first certificate in ${certFile}`,
      "give the matching pair",
    );
  }
}

function parse<T>(field: string, file: string, allowed: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw wrong(field, file, allowed, (error as Error).message);
  }
}

function wrong(field: string, file: string, allowed: string, fix: string): ConfigurationError {
  const path = ["listen", "security", field];
  return new ConfigurationError("listener", [{ path, given: file, allowed, fix }]);
}
