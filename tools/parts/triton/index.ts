export { type TritonFiles, triton } from "./install.ts";
