import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  ConfigurationError,
  configHash,
  hashKey,
  issueKey,
  keyIdOf,
  loadRouterConfig,
  nearestName,
  parseRouterConfig,
  renderJson,
} from "../../../runtime/config/index.ts";

function problemsIn(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigurationError)
      return error.message
        .split("\n")
        .slice(1)
        .map((line) => line.trim());
    throw error;
  }
  return [];
}

describe("a router's configuration", () => {
  it("is complete without a word: plain HTTP on loopback, the fixed chain, no key", () => {
    const config = parseRouterConfig({}, "router.json");
    expect(config.listen).toEqual({ host: "127.0.0.1", port: 8080, security: { mode: "plain", because: "loopback" } });
    expect(config.failoverChain).toEqual(["gemini", "claude", "openai", "local"]);
    expect(config.keys).toEqual([]);
  });

  it("can't be changed after it was read", () => {
    const config = parseRouterConfig({ backends: { openai: {} } }, "router.json");
    expect(() => Object.assign(config.backends.openai ?? {}, { enabled: false })).toThrow(TypeError);
  });

  it("tells every mistake at once, with path, value, what is allowed and what to do", () => {
    const value = {
      listen: { prot: 3, port: "a", security: { mode: "tsl" } },
      backends: { openay: {} },
      failoverChain: ["claud"],
    };
    expect(problemsIn(() => parseRouterConfig(value, "router.json"))).toEqual([
      'listen.port: given "a"; allowed: a number; change the value',
      'listen.security.mode: given "tsl"; allowed: one of tls, plain; did you mean tls?',
      "listen.prot: allowed: the keys host, port, security; did you mean port?",
      "backends.openay: allowed: the keys claude, gemini, local, openai, triton; did you mean openai?",
      'failoverChain[0]: given "claud"; allowed: one of gemini, claude, openai, local, triton; did you mean claude?',
    ]);
  });

  it("never repeats what was written where a secret may stand", () => {
    const planted = "sk-canary-0123456789";
    const value = { backends: { openai: { apiKey: planted } }, keys: [{ id: "abcd", sha256: planted }] };
    const text = problemsIn(() => parseRouterConfig(value, "router.json")).join("\n");
    expect(text).toContain("backends.openai.apiKey: given (not shown)");
    expect(text).not.toContain(planted);
  });

  it.each([
    ["plain HTTP beyond loopback", { listen: { host: "0.0.0.0" } }, "listen.host"],
    [
      "required client certificates without an authority",
      { listen: { security: { mode: "tls", certificateFile: "c", keyFile: "k", clientCertificate: "required" } } },
      "listen.security.clientCaFile",
    ],
    ["a rehearsal where none is allowed", { backends: { openai: { rehearsal: true } } }, "backends.openai.rehearsal"],
    ["a cloud backend behind an air gap", { airgap: true, backends: { claude: {} } }, "backends.claude"],
    ["a backend twice in the chain", { failoverChain: ["local", "openai", "local"] }, "failoverChain[2]"],
    [
      "two keys with one id",
      {
        keys: [
          { id: "abcd", sha256: "0".repeat(64) },
          { id: "abcd", sha256: "1".repeat(64) },
        ],
      },
      "keys[1].id",
    ],
  ])("refuses %s", (_, value, path) => {
    const problems = problemsIn(() => parseRouterConfig(value, "router.json"));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${path.replace(/[[\]]/g, "\\$&")}: `));
  });

  it("may listen anywhere behind a mesh", () => {
    const listen = { host: "0.0.0.0", security: { mode: "plain", because: "mesh" } };
    expect(parseRouterConfig({ listen }, "router.json").listen.host).toBe("0.0.0.0");
  });
});

describe("the environment", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "hybrid-llm-config-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const write = (value: unknown): string => {
    const file = join(directory, "router.json");
    writeFileSync(file, typeof value === "string" ? value : JSON.stringify(value));
    return file;
  };

  it("wins over the file, which wins over defaults", () => {
    const file = write({
      backends: { local: { baseUrl: "http://file:1", defaultModel: "mistral" } },
      failoverChain: ["openai"],
    });
    const config = loadRouterConfig(file, {
      OLLAMA_HOST: "gpu-host:11434",
      OLLAMA_TIMEOUT: "12.5",
      FAILOVER_CHAIN: "local, openai",
    });
    expect(config.backends.local).toMatchObject({
      baseUrl: "http://gpu-host:11434",
      defaultModel: "mistral",
      timeoutMs: 12_500,
    });
    expect(config.failoverChain).toEqual(["local", "openai"]);
  });

  it("makes a backend of each provider's key", () => {
    const config = loadRouterConfig(undefined, { OPENAI_API_KEY: "sk-test", GEMINI_API_KEY: " " });
    expect(Object.keys(config.backends)).toEqual(["openai"]);
    expect(JSON.stringify(config)).not.toContain("sk-test");
  });

  it.each(["True", "true", "1"])("AIRGAP_MODE=%s tightens", (value) => {
    const file = write({ backends: { openai: {}, local: {} } });
    const config = loadRouterConfig(file, { AIRGAP_MODE: value });
    expect(config.airgap).toBe(true);
    expect(config.backends.openai?.enabled).toBe(false);
  });

  it("can't loosen an air gap of the file", () => {
    const file = write({ airgap: true, backends: { local: {} } });
    expect(loadRouterConfig(file, { AIRGAP_MODE: "false" }).airgap).toBe(true);
  });

  it("is checked like the file: all mistakes at once", () => {
    const problems = problemsIn(() =>
      loadRouterConfig(write({ airgap: "maybe" }), {
        OLLAMA_TIMEOUT: "x",
        FAILOVER_CHAIN: "a",
        AIRGAP_MODE: "perhaps",
      }),
    );
    expect(problems.map((problem) => problem.split(":")[0])).toEqual([
      "OLLAMA_TIMEOUT",
      "FAILOVER_CHAIN",
      "AIRGAP_MODE",
      "airgap",
    ]);
  });

  it.each([
    ["that is not JSON", "{", /JSON/],
    ["that is a list", "[]", /a JSON object/],
  ])("a file %s is one clear line", (_, text, expected) => {
    const file = write(text);
    expect(() => loadRouterConfig(file, {})).toThrow(expected);
  });

  it("a file that is not there says how to name one", () => {
    expect(() => loadRouterConfig(join(directory, "none.json"), {})).toThrow(/--config or ROUTER_CONFIG/);
  });
});

describe("rendering", () => {
  const json = fc.jsonValue();

  it("gives the same bytes whatever the order of the keys", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(renderJson(reversed)).toBe(renderJson(value));
        expect(configHash(reversed)).toBe(configHash(value));
      }),
    );
  });

  it("loses nothing", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(renderJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe("API keys", () => {
  it("are known by their hash and name their id", () => {
    const issued = issueKey();
    expect(hashKey(issued.key)).toBe(issued.sha256);
    expect(keyIdOf(issued.key)).toBe(issued.id);
    expect(issueKey().key).not.toBe(issued.key);
  });

  it.each(["", "hl_", "hl_ab_c", "sk-1234", "hl_abcd_short"])("%j is none", (text) => {
    expect(keyIdOf(text)).toBeUndefined();
  });
});

describe("the nearest name", () => {
  it("is found for one slip and left alone for another word", () => {
    const names = ["openai", "claude", "gemini"];
    expect(nearestName("OpenAi", names)).toBe("openai");
    expect(nearestName("claud", names)).toBe("claude");
    expect(nearestName("database", names)).toBeUndefined();
  });
});
