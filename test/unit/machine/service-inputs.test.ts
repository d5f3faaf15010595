import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { service } from "../../../tools/machine/service.ts";
import { inputs, versionOf } from "../../../tools/machine/service-inputs.ts";
import { type PropertyMap, secret, structuralDiff, unknown } from "../../../tools/provider/index.ts";
import { contextOf } from "../../integration/supervisor/context.ts";

const minimal = {
  name: "router",
  directory: "/nowhere/router",
  bundle: { path: "/nowhere/router.mjs", sha256: "a".repeat(64) },
  supervisor: { path: "/nowhere/supervisor.mjs", sha256: "b".repeat(64) },
  configuration: "{}",
  listen: { host: "127.0.0.1", port: 8443 },
};
const complaints = (given: object): string[] =>
  inputs
    .safeParse({ ...minimal, ...given })
    .error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];

describe("a service's arguments", () => {
  it("have defaults, and give themselves again", () => {
    const parsed = inputs.parse(minimal);
    expect(parsed).toEqual({
      ...minimal,
      files: {},
      workers: 1,
      startSeconds: 30,
      drainSeconds: 30,
      environment: {},
      secretVariables: [],
    });
    expect(inputs.parse(parsed)).toEqual(parsed);
  });

  it.each([
    [{ name: "Router 1" }, 'name: "Router 1" is no service name: lower-case letters, digits and hyphens are allowed'],
    [{ directory: "router" }, 'directory: "router" is not the absolute path of a file or folder'],
    [{ directory: "/a/.." }, 'directory: "/a/.." is not the absolute path of a file or folder'],
    [{ configuration: "{" }, "configuration: it is not JSON"],
    [{ environmentFile: "router.env" }, 'environmentFile: "router.env" is not the absolute path of a file or folder'],
    [{ secretVariables: ["A-B"] }, 'secretVariables.0: "A-B" is no name of an environment variable'],
    [{ bundle: { path: "/x", sha256: "12" } }, "bundle.sha256: a SHA-256 in 64 hexadecimal digits is expected"],
  ])("%j is refused", (given, complaint) => {
    expect(complaints(given)).toEqual([complaint]);
  });

  it.each(["/etc/passwd", "../x", "a/../../x", ".", "", "a/", "service.mjs", "./configuration.json"])(
    "the file %j is refused",
    (name) => {
      expect(complaints({ files: { [name]: "" } })).toHaveLength(1);
    },
  );

  it("never repeats what may be secret", () => {
    expect(complaints({ configuration: "canary", files: { "../x": "canary" } }).join()).not.toContain("canary");
  });
});

describe("a version", () => {
  const texts = fc.dictionary(fc.string(), fc.string());

  it("depends on what is run, not on the order of it or on where it came from", () => {
    fc.assert(
      fc.property(texts, texts, fc.string(), (files, environment, secretsVersion) => {
        const turned = (map: object) => Object.fromEntries(Object.entries(map).reverse());
        const one = { ...minimal, files, environment, secretsVersion };
        const other = { ...one, files: turned(files), environment: turned(environment) };
        expect(versionOf(other)).toBe(versionOf(one));
        expect(versionOf({ ...one, bundle: { ...one.bundle, path: "/elsewhere" } })).toBe(versionOf(one));
      }),
    );
  });

  it("changes with each part", () => {
    const base = { ...minimal, files: {}, environment: {} };
    const versions = [
      base,
      { ...base, configuration: "[]" },
      { ...base, files: { a: "b" } },
      { ...base, environment: { a: "b" } },
      { ...base, secretsVersion: "" },
      { ...base, bundle: { ...base.bundle, sha256: "c".repeat(64) } },
    ].map(versionOf);
    expect(new Set(versions).size).toBe(versions.length);
  });
});

describe("the plan of a service", () => {
  const given = inputs.parse({ ...minimal, files: { key: "k" } }) as unknown as PropertyMap;
  const context = { ...contextOf(), state: undefined };

  it("knows address and version before the first up, and only the pid is open", async () => {
    expect(await service.planned?.({ ...given, files: secret({ key: "k" }) }, context)).toMatchObject({
      address: "127.0.0.1:8443",
      version: versionOf(inputs.parse({ ...minimal, files: { key: "k" } })),
      pid: unknown,
    });
  });

  it("leaves open what depends on what isn't known", async () => {
    const planned = await service.planned?.(
      { ...given, configuration: unknown, listen: { host: "::1", port: unknown } },
      context,
    );
    expect(planned).toMatchObject({ address: unknown, version: unknown });
    const anyPort = await service.planned?.({ ...given, listen: { host: "::1", port: 0 } }, context);
    expect(anyPort).toMatchObject({ address: unknown });
    const six = await service.planned?.({ ...given, listen: { host: "::1", port: 80 } }, context);
    expect(six).toMatchObject({ address: "[::1]:80" });
  });

  it("ignores where bundles are, and replaces for another directory, the old one first", () => {
    const news = {
      ...given,
      bundle: { path: "/elsewhere", sha256: "a".repeat(64) },
      supervisor: { path: "/elsewhere", sha256: "b".repeat(64) },
    };
    expect(structuralDiff(given, news, service).changes).toEqual([]);
    expect(structuralDiff(given, { ...given, directory: "/other" }, service)).toEqual({
      changes: [{ path: "directory", kind: "update", replace: true }],
      deleteBeforeReplace: true,
    });
  });

  it("shows a service that was never started here as one to start", async () => {
    const structural = structuralDiff(given, given, service);
    const oldState = {
      directory: minimal.directory,
      pid: 1,
      version: versionOf(inputs.parse({ ...minimal, files: { key: "k" } })),
    };
    const change = { id: minimal.directory, oldInputs: given, newInputs: given, oldState, structural };
    expect((await service.diff?.(change, contextOf()))?.changes).toEqual([
      { path: "pid", kind: "update", replace: false, input: false },
    ]);
  });
});
