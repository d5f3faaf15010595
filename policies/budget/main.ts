import { servePack } from "../pack/pack.ts";
import { budgetPack } from "./index.ts";

servePack(budgetPack);
