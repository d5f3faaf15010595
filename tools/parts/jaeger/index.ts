export { jaeger } from "./build.ts";
