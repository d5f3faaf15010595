export { RouterProcess, type RouterProcessArgs } from "./process.ts";
export { RehearsalProcess, type RehearsalProcessArgs } from "./rehearsal.ts";
