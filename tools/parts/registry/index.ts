export { registry } from "./build.ts";
