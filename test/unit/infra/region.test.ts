import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mirroredChart, mirroredImage, physicalName } from "../../../infra/region/index.ts";

const digest = `sha256:${"0".repeat(64)}`;
const word = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const path = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join("/"));
const registry = fc
  .tuple(word, word, fc.option(fc.integer({ min: 1, max: 65535 })))
  .map(([host, domain, port]) => (port === null ? `${host}.${domain}` : `${host}.${domain}:${port}`));

describe("a mirror", () => {
  it.each([
    ["redis", "docker.io/library/redis"],
    ["library/redis:8.2", "docker.io/library/redis:8.2"],
    ["quay.io/jetstack/cert-manager-controller:v1", "quay.io/jetstack/cert-manager-controller:v1"],
    ["localhost/router", "localhost/router"],
    ["registry:5000/router", "registry:5000/router"],
  ])("keeps %s under its origin's host", (given, full) => {
    expect(mirroredImage(`${given}@${digest}`)).toBe(`${full}@${digest}`);
    expect(mirroredImage(`${given}@${digest}`, "mirror.example.com/all")).toBe(
      `mirror.example.com/all/${full}@${digest}`,
    );
  });

  it("keeps every image apart, its digest as it is, and what it holds already in its place", () => {
    fc.assert(
      fc.property(registry, registry, path, path, (mirror, origin, one, other) => {
        const image = mirroredImage(`${origin}/${one}@${digest}`, mirror);
        expect(image.startsWith(`${mirror}/`)).toBe(true);
        expect(image.endsWith(`@${digest}`)).toBe(true);
        expect(mirroredImage(image, mirror)).toBe(image);
        expect(image === mirroredImage(`${origin}/${other}@${digest}`, mirror)).toBe(one === other);
      }),
    );
  });

  it("has nothing of what is pushed to the region's own registry", () => {
    const own = "222222222222.dkr.ecr.eu-west-1.amazonaws.com";
    const at = (host: string) => mirroredImage(`${host}/stack/router@${digest}`, "mirror.example.com", own);
    expect(at(own)).toBe(`${own}/stack/router@${digest}`);
    expect(at("333333333333.dkr.ecr.eu-west-1.amazonaws.com")).toMatch(/^mirror\.example\.com\/333333333333/);
  });

  it.each(["redis", "redis:8.2", "redis@sha256:12", `redis@${digest}0`])("refuses %s, which has no digest", (image) => {
    expect(() => mirroredImage(image)).toThrow(RangeError);
  });

  it("holds every chart as an OCI artefact", () => {
    const indexed = { name: "cert-manager", repository: "https://charts.jetstack.io/" };
    const artefact = { name: "karpenter", repository: "oci://public.ecr.aws/karpenter" };
    expect(mirroredChart(indexed)).toEqual({ chart: "cert-manager", repository: "https://charts.jetstack.io" });
    expect(mirroredChart(artefact)).toEqual({ chart: "oci://public.ecr.aws/karpenter/karpenter" });
    expect(mirroredChart(indexed, "mirror:5000")).toEqual({
      chart: "oci://mirror:5000/charts.jetstack.io/cert-manager",
    });
    expect(mirroredChart(artefact, "mirror:5000")).toEqual({
      chart: "oci://mirror:5000/public.ecr.aws/karpenter/karpenter",
    });
    expect(() => mirroredChart({ name: "x", repository: "http://charts.example.com" })).toThrow("https:// or oci://");
  });
});

describe("physical names", () => {
  it("are the parts, or as much of them as fits and a hash of the whole", () => {
    expect(physicalName(["hybrid-llm-prod", "eu-west-1", "nodes"])).toBe("hybrid-llm-prod-eu-west-1-nodes");
    expect(physicalName(["hybrid-llm-prod", "eu-west-1", "load-balancer-controller"], 40)).toMatch(
      /^hybrid-llm-prod-eu-west-1-load-[0-9a-f]{8}$/,
    );
  });

  it("never exceed their limit, and differ where the parts do", () => {
    const parts = fc.array(word, { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(parts, parts, fc.integer({ min: 16, max: 64 }), (one, other, limit) => {
        expect(physicalName(one, limit).length).toBeLessThanOrEqual(limit);
        expect(physicalName(one, limit) === physicalName(other, limit)).toBe(one.join("-") === other.join("-"));
      }),
    );
  });
});
