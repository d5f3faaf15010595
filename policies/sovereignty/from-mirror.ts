import { isValues } from "../../infra/cost/index.ts";
import { ofContainers, startsPods } from "../pack/pods.ts";
import { linkTo, type Policy } from "../pack/policy.ts";
import { at, shown } from "../pack/reading.ts";
import { airgapConfig, isAirgapped, mirrorOf } from "./airgap.ts";

const name = "from-mirror";

const isChart = (type: string): boolean => /^kubernetes:helm\.sh\/v\d+:(?:Release|Chart)$/.test(type);
const isDeclaration = (type: string): boolean => type.startsWith("hybrid-llm:");

/** Without internet there is one place where images and charts come from: the mirror. */
export const fromMirror: Policy = {
  name,
  level: "mandatory",
  reason: "Without internet there is one place where images and charts come from: the mirror.",
  link: linkTo(name),
  fix: "let the region rewrite the reference (scope.image, scope.chart), and mirror it",
  config: airgapConfig,
  check: {
    of: "resource",
    applies: (type) => startsPods(type) || isChart(type) || isDeclaration(type),
    violations(resource, plan) {
      if (!isAirgapped(plan)) return [];
      const mirror = mirrorOf(plan);
      const within = (reference: unknown): boolean =>
        mirror !== undefined &&
        typeof reference === "string" &&
        reference.replace(/^oci:\/\//, "").startsWith(`${mirror}/`);
      const { type, properties } = resource;
      if (isDeclaration(type)) {
        const images = at(properties, "declares", "images");
        if (images === undefined) return [];
        if (!isValues(images)) return [`declares.images is ${shown(images)}`];
        return Object.values(images).flatMap((image) =>
          within(image) ? [] : [`its chart's image is ${shown(image)}`],
        );
      }
      if (isChart(type)) {
        const repository = at(properties, "repositoryOpts", "repo");
        if (repository !== undefined) return [`repositoryOpts.repo is ${shown(repository)}`];
        return within(properties.chart) ? [] : [`chart is ${shown(properties.chart)}`];
      }
      return ofContainers(resource, ({ name: container, spec: { image } }) =>
        within(image) ? [] : [`the image of ${container} is ${shown(image)}`],
      );
    },
  },
};
