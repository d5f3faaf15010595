import { lookup } from "node:dns/promises";
import net from "node:net";
import { getSystemErrorName } from "node:util";
import { portHolder } from "./port-holder.ts";

/** Bound, and opened for connections by the first worker that listens on it; the supervisor itself never accepts. */
export interface SocketHandle {
  getsockname(address: { port?: number }): number;
  close(): void;
}

/**
 * The one call that Node documents nowhere: it binds without listening. Node's own cluster makes its shared handles by
 * it (lib/internal/cluster/shared_handle.js), and `server.listen(handle)` in a worker is documented.
 */
type Bind = (
  ip: string | undefined,
  port: number,
  family: number,
  fd?: number,
  flags?: number,
) => SocketHandle | number;
const { _createServerHandle: bind } = net as unknown as { readonly _createServerHandle: Bind };

export class ListenError extends Error {
  override readonly name = "ListenError";
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * The listening sockets, owned by the supervisor so that they outlive every worker. Workers accept from the same socket
 * directly: connections that none has accepted yet wait in the system's queue, whichever worker comes, goes or
 * crashes, and there is no moment at which a connection is on its way to a worker that has just ended. (Node's
 * round-robin cluster closes its socket with its last worker, and loses the connection whose hand-over an ending worker
 * didn't answer.)
 */
export class Sockets {
  readonly #open = new Map<string, Promise<SocketHandle>>();

  /** What names a socket over all versions; the nth request of a worker for any free port is the same each time. */
  static key(host: string | undefined, port: number, nth: number): string {
    return port === 0 ? `${host ?? "*"} any ${nth}` : `${host ?? "*"} ${port}`;
  }

  /** Throws a {@link ListenError}. */
  open(key: string, host: string | undefined, port: number): Promise<SocketHandle> {
    const known = this.#open.get(key);
    if (known !== undefined) return known;
    const opened = openSocket(host, port);
    this.#open.set(key, opened);
    opened.catch(() => this.#open.delete(key));
    return opened;
  }

  /** Closes all others. A worker that still listens on one of them goes on until it drains. */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const [key, opened] of this.#open) {
      if (keys.has(key)) continue;
      this.#open.delete(key);
      opened.then(
        (handle) => handle.close(),
        () => undefined,
      );
    }
  }
}

async function openSocket(host: string | undefined, port: number): Promise<SocketHandle> {
  let ip = host;
  if (host !== undefined && net.isIP(host) === 0) {
    try {
      ip = (await lookup(host)).address;
    } catch (error) {
      throw new ListenError("ENOTFOUND", `can't listen on ${host}: ${(error as Error).message}`);
    }
  }
  const handle = bind(ip, port, ip === undefined ? 4 : net.isIP(ip));
  // A port in use may show itself only now: libuv puts off what bind(2) said (uv_tcp_bind).
  const errno = typeof handle === "number" ? handle : handle.getsockname({});
  if (errno === 0 && typeof handle !== "number") return handle;
  if (typeof handle !== "number") handle.close();
  throw listenError(getSystemErrorName(errno), host, port);
}

function listenError(code: string, host: string | undefined, port: number): ListenError {
  const where = `port ${port} on ${host ?? "all addresses"}`;
  if (code === "EADDRINUSE") {
    const holder = portHolder(port);
    const by = holder === undefined ? "by another process" : `by ${holder}`;
    return new ListenError(code, `${where} is in use ${by}; end that process or choose another port`);
  }
  if (code === "EACCES") return new ListenError(code, `${where} may not be opened by this user; choose one above 1023`);
  if (code === "EADDRNOTAVAIL")
    return new ListenError(code, `${where} can't be opened: this machine doesn't have that address`);
  return new ListenError(code, `${where} can't be opened: ${code}`);
}
