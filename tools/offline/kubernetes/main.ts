import { serve } from "../../provider/index.ts";
import { kubernetesProvider } from "./provider.ts";

await serve(kubernetesProvider());
