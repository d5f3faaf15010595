import { join } from "node:path";
import type { Progress } from "../../engine/index.ts";
import { buildGoProgram, runInModule } from "../../parts/go.ts";
import { type Definition, readDefinitions } from "./definition.ts";

export const chaosMeshVersion =
  "v2.8.2 is no module; these are generated from the types of its API's module, of 2026-09";

const types = "github.com/chaos-mesh/chaos-mesh/api/v1alpha1";

/** Chaos Mesh's module has the types without the definitions: these are generated as its own makefile does. */
export async function generateChaosMesh(module: string, scratch: string, progress: Progress): Promise<Definition[]> {
  const generator = join(scratch, "controller-gen");
  await buildGoProgram(
    {
      name: "controller-gen",
      module,
      package: "sigs.k8s.io/controller-tools/cmd/controller-gen",
      ldflags: "",
      environment: { CGO_ENABLED: "0" },
    },
    generator,
    progress,
  );
  const folder = join(scratch, "chaos-mesh");
  progress.step("Generating Chaos Mesh's definitions.");
  await runInModule(module, generator, ["crd:crdVersions=v1", `paths=${types}`, `output:crd:dir=${folder}`]);
  return readDefinitions(folder);
}
