import type { AddressInfo, Server } from "node:net";

/** Listens on a free port of loopback, tells it to the benchmark, and ends with it. */
export function announce(server: Server): void {
  server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
    process.send?.({ port: (server.address() as AddressInfo).port });
  });
  process.on("disconnect", () => process.exit(0));
}
