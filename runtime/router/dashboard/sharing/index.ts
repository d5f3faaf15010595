export { Sharing } from "./sharing.ts";
