import { serve } from "../../provider/index.ts";
import { provider } from "./provider.ts";

await serve(provider);
