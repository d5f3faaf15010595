export { RehearsalConfig } from "./config.ts";
export type { PerformedChat, ReceivedRequest } from "./received.ts";
export { Behaviour, Fault, RehearsalScript, type RehearsalScriptInput } from "./script.ts";
export { type Rehearsal, type RehearsalOptions, startRehearsal } from "./start.ts";
