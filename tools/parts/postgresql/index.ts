export { ensurePostgres, type PostgresPrograms } from "./install.ts";
export { type PostgresServer, startPostgres } from "./server.ts";
