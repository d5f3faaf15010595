import { servePack } from "../pack/pack.ts";
import { securityPack } from "./index.ts";

servePack(securityPack);
