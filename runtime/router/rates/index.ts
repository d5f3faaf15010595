export { type Admission, type Asking, Rates } from "./rates.ts";
