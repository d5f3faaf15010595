/** Waits until an object is ready, or gone. */
export { NotReady, untilGone, untilReady } from "./wait.ts";
