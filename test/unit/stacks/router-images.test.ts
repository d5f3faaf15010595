import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { parseStackConfig, type StackConfig } from "../../../stacks/config/index.ts";
import { routerRepositoriesOf } from "../../../stacks/router-images.ts";

function stackOf(name: string): StackConfig {
  const file = `Pulumi.${name}.yaml`;
  const { config } = parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
  return parseStackConfig(config["hybrid-llm:stack"], file);
}

it("pushes the router's image to where each stack pulls it from", () => {
  const of = (name: string) => routerRepositoriesOf(stackOf(name), `hybrid-llm-${name}`);
  expect(of("prod")).toEqual([
    "222222222222.dkr.ecr.us-east-1.amazonaws.com/hybrid-llm-prod/router",
    "222222222222.dkr.ecr.eu-west-1.amazonaws.com/hybrid-llm-prod/router",
    "222222222222.dkr.ecr.ap-northeast-1.amazonaws.com/hybrid-llm-prod/router",
  ]);
  expect(of("cluster")).toEqual(["registry.example.com/hybrid-llm/router"]);
  expect(of("airgap")).toEqual(["registry.internal.example.com/mirror/hybrid-llm/router"]);
  expect(of("local")).toEqual([]);
});

it("pushes into the mirror of an air gap what a stack names by another registry", () => {
  const airgap = stackOf("airgap");
  if (airgap.kind !== "airgap") throw new Error("Pulumi.airgap.yaml is of another kind");
  const router = { ...airgap.router, imageRepository: "registry.example.com/router" };
  expect(routerRepositoriesOf({ ...airgap, router }, "hybrid-llm-airgap")).toEqual([
    "registry.internal.example.com/mirror/registry.example.com/router",
  ]);
});
