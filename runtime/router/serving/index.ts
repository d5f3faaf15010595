export { type DrainControl, drainable } from "./drain.ts";
export { addressUrl, ListenError, listen } from "./listen.ts";
export { createServer, renewCertificate } from "./server.ts";
export { failStart, type Running, serveAsWorker } from "./worker.ts";
