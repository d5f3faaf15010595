import { serve } from "../../provider/index.ts";
import { vaultProvider } from "./provider.ts";

await serve(vaultProvider());
