export { crane } from "./build.ts";
