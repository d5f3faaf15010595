export { type DemoHouse, openDemoHouse } from "./house.ts";
export { type Shot, shots, takeShots } from "./take.ts";
