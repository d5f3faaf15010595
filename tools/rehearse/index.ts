export { actors, type Cast, moods, readCast } from "./moods.ts";
export { type Play, play } from "./play.ts";
export { jsonTeller, plainTeller, type Teller } from "./teller.ts";
