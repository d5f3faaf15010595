import { servePack } from "../pack/pack.ts";
import { sovereigntyPack } from "./index.ts";

servePack(sovereigntyPack);
