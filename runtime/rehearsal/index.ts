export { RehearsalConfig } from "./config.ts";
export { Behaviour, Fault, RehearsalScript, type RehearsalScriptInput } from "./script.ts";
export type { ReceivedRequest } from "./server.ts";
export { type Rehearsal, type RehearsalOptions, startRehearsal } from "./start.ts";
