import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A listener that can't be opened, in one line that says what to change. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

/** Opens the port and resolves with where it is; port 0 takes a free one. */
export function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => reject(new ListenError(explain(error, host, port)));
    server.once("error", failed);
    server.listen(port, host, () => {
      server.off("error", failed);
      resolve(server.address() as AddressInfo);
    });
  });
}

export function addressUrl(scheme: "http" | "https", { address, port, family }: AddressInfo): string {
  return `${scheme}://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): string {
  switch (error.code) {
    case "EADDRINUSE":
      return `port ${port} on ${host} is in use by another process; choose another with --port N (0 takes a free one) or listen.port in the configuration`;
    case "EACCES":
      return `port ${port} on ${host} may not be opened by this user; choose one above 1023 with --port N or listen.port`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `${host} is not an address of this machine; choose another with --host H or listen.host`;
    default:
      return `${host}:${port} can't be listened on: ${error.message}`;
  }
}
