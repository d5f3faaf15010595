import { servePack } from "../pack/pack.ts";
import { wholePack } from "./index.ts";

servePack(wholePack);
