/** Waits until an object is ready, or gone. */
export { isAwaited, type Progress, progressOf, type Surroundings } from "./conditions.ts";
export { NotReady, untilGone, untilReady, type Waiting } from "./wait.ts";
