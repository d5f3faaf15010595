import { refusing } from "./problems.ts";

/** Refuses a component whose manifest can't be read, or says less than what is registered. */
export const manifestsHonest = refusing(["manifest-invalid", "manifest-too-small"], {
  name: "manifests-honest",
  reason: "The budget is checked before anything is registered, from manifests: they must say what is then registered.",
  fix: "make the component's manifest count what it registers",
});
