import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Server as NetServer, type Socket } from "node:net";

/** How a server that stops lets go of its connections; milliseconds. */
export interface DrainLimits {
  /** After this the connections that are left are destroyed. */
  readonly drainMs: number;
  /** How long a silent connection stays open, so that a client that is about to use it gets its answer. */
  readonly idleGraceMs?: number;
}

export interface DrainControl {
  readonly draining: boolean;
  /** Called when a drain begins: for answers that have no end of their own. */
  onDrain(listener: () => void): void;
  /** Stops accepting, serves what comes on open connections, and resolves when none is left (`true`) or time is up. */
  drain(limits: DrainLimits): Promise<boolean>;
}

/** `open` are the responses that are under way: one, unless a client asks again before it has its answer. */
type Connection = { readonly open: ServerResponse[]; bytesRead: number; lastActivity: number };

/**
 * Makes a server able to stop without resetting a connection. Node's `http.Server.close()` destroys idle keep-alive
 * connections at once, and a request that is on its way to one of them is lost; here each response says
 * `Connection: close` instead, and silent connections are ended (FIN, never RST) after a grace.
 */
export function drainable(server: Server): DrainControl {
  const connections = new Map<Socket, Connection>();
  const raw = new Set<Socket>();
  let finished: Promise<boolean> | undefined;
  const listeners: (() => void)[] = [];

  const track = (socket: Socket) => {
    connections.set(socket, { open: [], bytesRead: socket.bytesRead, lastActivity: Date.now() });
    socket.once("close", () => connections.delete(socket));
  };
  server.on("connection", (socket: Socket) => {
    raw.add(socket);
    socket.once("close", () => raw.delete(socket));
  });
  server.on(isTls(server) ? "secureConnection" : "connection", track);
  server.prependListener("request", (request: IncomingMessage, response: ServerResponse) => {
    const connection = connections.get(request.socket);
    if (finished) response.shouldKeepAlive = false;
    if (!connection) return;
    // Not in a Set of all: of one that changes with each request V8 keeps old tables, and each of them whole requests.
    connection.open.push(response);
    response.once("close", () => {
      connection.open.splice(connection.open.indexOf(response), 1);
      connection.lastActivity = Date.now();
    });
  });

  const endIdle = (graceMs: number) => {
    for (const [socket, connection] of connections) {
      if (socket.bytesRead !== connection.bytesRead) {
        connection.bytesRead = socket.bytesRead;
        connection.lastActivity = Date.now();
      } else if (connection.open.length === 0 && Date.now() - connection.lastActivity >= graceMs) {
        socket.end();
      }
    }
  };

  const drain = ({ drainMs, idleGraceMs = 1_500 }: DrainLimits) =>
    new Promise<boolean>((resolve) => {
      const now = Date.now();
      for (const connection of connections.values()) {
        connection.lastActivity = now;
        for (const response of connection.open) if (!response.headersSent) response.shouldKeepAlive = false;
      }
      const ticker = setInterval(() => endIdle(idleGraceMs), Math.min(100, idleGraceMs));
      const timeout = setTimeout(() => {
        settle(false);
        for (const socket of raw) socket.destroy();
      }, drainMs);
      const settle = (clean: boolean) => {
        clearInterval(ticker);
        clearTimeout(timeout);
        resolve(clean);
      };
      // Closes the listening handle alone; the callback comes when the last connection is gone.
      NetServer.prototype.close.call(server, () => settle(true));
    });

  return {
    get draining() {
      return finished !== undefined;
    },
    onDrain: (listener) => void listeners.push(listener),
    drain(limits) {
      if (finished) return finished;
      finished = drain(limits);
      for (const listener of listeners) listener();
      return finished;
    },
  };
}

const isTls = (server: Server): boolean => "setSecureContext" in server;
