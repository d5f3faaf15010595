export { vault } from "./build.ts";
