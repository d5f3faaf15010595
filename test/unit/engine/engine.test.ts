import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildDirectory, findBuilt, pinnedVersion } from "../../../tools/engine/build.ts";
import { compareVersions, findOnPath, minimumVersion } from "../../../tools/engine/find.ts";
import { ensureEngine, Failure, findBackend, findEngine, isAlive, silent } from "../../../tools/engine/index.ts";
import { withLock } from "../../../tools/engine/lock.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "hybrid-llm-engine-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const at = (...parts: string[]): string => join(directory, ...parts);

/** A program that prints a version, as `pulumi version` does. */
function place(folder: string, name: string, script: string): void {
  mkdirSync(at(folder), { recursive: true });
  writeFileSync(at(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(at(folder, name), 0o755);
}

/** Neither Go nor Pulumi, and nothing of the internet answers. */
const bare = (): NodeJS.ProcessEnv => ({
  PATH: at("bin"),
  HOME: directory,
  XDG_CACHE_HOME: at("cache"),
  HTTPS_PROXY: "http://127.0.0.1:1",
});

describe("a pulumi on the PATH", () => {
  it("is used when it is new enough and has its language host", () => {
    place("bin", "pulumi", "echo v3.259.0");
    place("bin", "pulumi-language-nodejs", "");
    expect(findEngine(bare())).toEqual({ origin: "path", version: "3.259.0", binDirectory: at("bin") });
  });

  it.each([
    ["too old", "echo v3.100.0", true, `version 3.100.0 is older than ${minimumVersion}`],
    ["without its language host", "echo v3.259.0", false, "its pulumi-language-nodejs is missing"],
    ["broken", "exit 3", true, "it does not run"],
  ])("is refused with the reason when it is %s", (_, script, host, reason) => {
    place("bin", "pulumi", script);
    if (host) place("bin", "pulumi-language-nodejs", "");
    expect(findOnPath(bare())?.unfit).toContain(reason);
    expect(findEngine(bare())).toBeUndefined();
  });
});

describe("no engine to be had", () => {
  it("is one error that says what is missing and the three ways to supply it", async () => {
    const proxy = process.env.HTTPS_PROXY;
    process.env.HTTPS_PROXY = "http://127.0.0.1:1";
    try {
      const error = await ensureEngine(silent, bare()).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(Failure);
      const lines = (error as Error).message.split("\n");
      expect(lines[0]).toMatch(
        /none is on the PATH; the official installer can't be reached \(.+\); it can't be built here \(there is no go/,
      );
      expect(lines.slice(1).map((line) => line.trim().slice(0, 2))).toEqual(["1.", "2.", "3."]);
    } finally {
      if (proxy === undefined) delete process.env.HTTPS_PROXY;
      else process.env.HTTPS_PROXY = proxy;
    }
  });
});

describe("a built engine", () => {
  const build = () => {
    const root = buildDirectory(at("cache", "hybrid-llm"));
    mkdirSync(join(root, "bin"), { recursive: true });
    writeFileSync(join(root, "bin", "pulumi"), "12345");
    writeFileSync(join(root, "built.json"), JSON.stringify({ pulumi: 5 }));
    return root;
  };

  it("is found by version, sources and platform", () => {
    const root = build();
    expect(root).toContain(`v${pinnedVersion()}-${process.platform}-${process.arch}-`);
    expect(findEngine(bare())).toMatchObject({ origin: "built", root, version: pinnedVersion() });
  });

  it("is not taken for whole when its stamp or a part of a file is missing", () => {
    const root = build();
    truncateSync(join(root, "bin", "pulumi"), 3);
    expect(findBuilt(at("cache", "hybrid-llm"))).toBeUndefined();
    rmSync(join(root, "built.json"));
    expect(findBuilt(at("cache", "hybrid-llm"))).toBeUndefined();
  });
});

describe("a lock", () => {
  it("lets one in after the other", async () => {
    const order: string[] = [];
    const hold = (name: string) =>
      withLock(
        at("lock"),
        () => {},
        async () => {
          order.push(`${name} in`);
          await new Promise((resolve) => setTimeout(resolve, 20));
          order.push(`${name} out`);
        },
      );
    await Promise.all([hold("a"), hold("b")]);
    const [first] = order;
    expect(order).toEqual(first === "a in" ? ["a in", "a out", "b in", "b out"] : ["b in", "b out", "a in", "a out"]);
    expect(existsSync(at("lock"))).toBe(false);
  });

  it("of a process that died is taken over", async () => {
    writeFileSync(at("lock"), "999999999");
    expect(
      await withLock(
        at("lock"),
        () => {},
        async () => "done",
      ),
    ).toBe("done");
  });
});

describe("a process", () => {
  it("is alive until it has ended, also where nobody has collected it yet", async () => {
    expect(isAlive(process.pid)).toBe(true);
    expect(isAlive(999_999_999)).toBe(false);
    // The shell starts a child that ends at once, and becomes a program that never collects it.
    const shell = spawn("sh", ["-c", "true & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
    try {
      const pid = Number(await new Promise((resolve) => shell.stdout.once("data", resolve)));
      while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(isAlive(pid)).toBe(false);
    } finally {
      shell.kill();
    }
  });
});

describe("the backend", () => {
  it("is a folder of ours where nothing was chosen", () => {
    expect(findBackend({ XDG_STATE_HOME: directory, HOME: directory, PULUMI_HOME: at("home") })).toEqual({
      url: `file://${at("hybrid-llm", "pulumi")}`,
      chosen: false,
      local: true,
    });
  });

  it("is the person's by PULUMI_BACKEND_URL, before a login", () => {
    mkdirSync(at("home"));
    writeFileSync(at("home", "credentials.json"), JSON.stringify({ current: "https://api.example.com" }));
    const environment = { XDG_STATE_HOME: directory, PULUMI_HOME: at("home") };
    expect(findBackend(environment)).toMatchObject({ url: "https://api.example.com", chosen: true, local: false });
    expect(findBackend({ ...environment, PULUMI_BACKEND_URL: "s3://state" })).toMatchObject({
      url: "s3://state",
      chosen: true,
    });
  });
});

describe("versions", () => {
  it("are compared by number, not by text", () => {
    expect(compareVersions("3.9.0", "3.10.0")).toBeLessThan(0);
    expect(compareVersions("3.259.0-dev", "3.259.0")).toBe(0);
    expect(compareVersions("4.0.0", "3.999.9")).toBeGreaterThan(0);
  });
});

it("the wrappers of our providers can be executed", () => {
  const offline = ["aws", "cloudflare", "kubernetes", "tls"].map(
    (name) => `tools/offline/${name}/pulumi-resource-${name}`,
  );
  for (const file of ["tools/machine/pulumi-resource-machine", ...offline]) {
    expect(statSync(file).mode & 0o111, file).not.toBe(0);
  }
});
