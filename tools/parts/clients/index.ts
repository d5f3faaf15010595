export { npmPackages } from "./npm.ts";
export { pythonPackages } from "./python.ts";
