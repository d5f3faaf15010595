import { describe, expect, it } from "vitest";
import { jobOf, tagOf } from "../../../tools/image/index.ts";

const digest = `sha256:${"a".repeat(64)}` as const;
const base = `registry.example.com/base@${digest}`;
const ecr = "222222222222.dkr.ecr.eu-west-1.amazonaws.com/hybrid-llm-prod/router";

describe("what the command for images is to do", () => {
  it("is an image for both kinds of nodes on the pinned base", () => {
    expect(jobOf({ to: [ecr, ecr], output: "router.tar" }, base)).toEqual({
      kind: "made",
      base: { repository: "registry.example.com/base", digest },
      platforms: ["linux/amd64", "linux/arm64"],
      repositories: [ecr],
      output: "router.tar",
    });
  });

  it("is the same image in whichever order the platforms are named", () => {
    const platform = ["linux/arm64", "linux/amd64"];
    expect(jobOf({ platform }, base)).toEqual(jobOf({ platform: platform.toReversed() }, base));
    expect(jobOf({ platform: ["linux/arm64"] }, base)).toMatchObject({ platforms: ["linux/arm64"] });
  });

  it("takes a base by its digest, and leaves a tag beside it to people", () => {
    expect(jobOf({ base: `mirror.example.com:5000/cc:nonroot@${digest}` }, base)).toMatchObject({
      base: { repository: "mirror.example.com:5000/cc", digest },
    });
  });

  it("is a push of what was carried over, or keeping a password", () => {
    expect(jobOf({ from: "router.tar", to: [ecr] }, base)).toEqual({
      kind: "carried",
      file: "router.tar",
      repositories: [ecr],
    });
    expect(jobOf({ login: "localhost:5000" }, base)).toEqual({
      kind: "login",
      registry: "localhost:5000",
      user: "AWS",
    });
  });

  it.each([
    [
      { base: "gcr.io/distroless/cc-debian12:nonroot" },
      "has no digest, and a tag is moved.\n  --base IMAGE@sha256:...",
    ],
    [{ base: "gcr.io/distroless/cc@sha256:abc" }, "has no digest"],
    [{ to: [`https://${ecr}`, `${ecr}:v1`, ecr] }, `No repository of images: https://${ecr}, ${ecr}:v1\n  --to takes`],
    [{ platform: ["linux/riscv64"] }, "No image is made for linux/riscv64.\n  --platform linux/amd64 or linux/arm64"],
    [{ from: "router.tar" }, "--from needs to know where to push.\n  --to REPOSITORY"],
    [{ from: "router.tar", to: [ecr], base, output: "x" }, "--base, --output can't stand with --from."],
    [{ login: "registry.example.com", to: [ecr] }, "--to can't stand with --login."],
    [
      { login: "https://registry.example.com" },
      "https://registry.example.com is no registry.\n  --login takes its host",
    ],
    [{ to: [ecr], user: "me" }, "--user says whose password --login keeps"],
  ])("refuses %j", (options, message) => {
    expect(() => jobOf(options, base)).toThrow(message);
  });
});

describe("the tag of an image", () => {
  it("names commit and content, so that none is ever moved", () => {
    expect(tagOf(digest, `${"b".repeat(40)}`)).toBe(`${"b".repeat(12)}-${"a".repeat(12)}`);
    expect(tagOf(digest)).toBe("a".repeat(12));
  });
});
