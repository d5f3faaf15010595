/** Draws a stack from its plan. */
export { diagramOf } from "./drawing.ts";
export type { PlannedComponent } from "./parts.ts";
