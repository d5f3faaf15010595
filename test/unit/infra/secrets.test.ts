import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ProviderKeys,
  policyNames,
  policyText,
  vaultField,
  vaultFlows,
  vaultHosts,
  vaultPolicies,
  vaultUrl,
} from "../../../infra/secrets/index.ts";
import { vaultServerUrl } from "../../../infra/secrets/places.ts";
import { initScript, seedScript, type Unseal, vaultSettings } from "../../../infra/secrets/vault-settings.ts";

const keys: ProviderKeys = {
  openai: { mount: "kv", path: "llm/openai", field: "key" },
  claude: { mount: "kv", path: "llm/claude", field: "key" },
};
const unseals: Record<Unseal["by"], Unseal> = {
  kms: { by: "kms", keyAlias: "alias/vault", region: "eu-west-1" },
  transit: { by: "transit", address: "https://unseal.example.com", mount: "transit", keyName: "unseal" },
  shamir: { by: "shamir" },
};

describe("a secret's place in Vault", () => {
  it("is mount, path and field", () => {
    expect(vaultField("kv/llm/openai#key")).toEqual({ mount: "kv", path: "llm/openai", field: "key" });
    for (const bad of ["kv#key", "kv/llm", "/kv/llm#key", "kv/llm/#key", "kv/llm#a b"]) {
      expect(() => vaultField(bad)).toThrow("allowed is mount/path#field");
    }
  });

  it("is read back from what it's made of", () => {
    const word = fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/);
    fc.assert(
      fc.property(word, fc.array(word, { minLength: 1, maxLength: 4 }), word, (mount, path, field) => {
        expect(vaultField(`${mount}/${path.join("/")}#${field}`)).toEqual({ mount, path: path.join("/"), field });
      }),
    );
  });
});

describe("policies", () => {
  const policies = Object.fromEntries(
    vaultPolicies(keys).map((policy) => [
      policy.name,
      Object.fromEntries(policy.grants.map(({ path, capabilities }) => [path, capabilities])),
    ]),
  );

  it("give each party what it needs and nothing else", () => {
    expect(policies).toEqual({
      [policyNames.router]: {
        "transit/encrypt/subject-*": ["update"],
        "transit/decrypt/subject-*": ["update"],
        "transit/keys/subject-*": ["create", "read", "update", "delete"],
      },
      [policyNames.routerSecrets]: {
        "kv/data/hybrid-llm/stores": ["read"],
        "kv/data/llm/claude": ["read"],
        "kv/data/llm/openai": ["read"],
      },
      [policyNames.storeSecrets]: { "kv/data/hybrid-llm/stores": ["read"] },
      [policyNames.seeder]: {
        "kv/data/hybrid-llm/stores": ["create"],
        "kv/metadata/hybrid-llm/stores": ["read"],
        "sys/tools/random/32": ["update"],
      },
      [policyNames.rotation]: {
        "kv/data/llm/claude": ["create", "update", "patch", "delete"],
        "kv/data/llm/openai": ["create", "update", "patch", "delete"],
      },
    });
  });

  it("let whoever writes a key not read it, and none of them administer Vault", () => {
    for (const [name, grants] of Object.entries(policies)) {
      for (const [path, capabilities] of Object.entries(grants)) {
        const writesSecret = path.startsWith("kv/data/") && capabilities.some((capability) => capability !== "read");
        if (writesSecret) expect([name, capabilities]).toEqual([name, capabilities.filter((one) => one !== "read")]);
        expect(path).not.toMatch(/^(?:\*|sys\/(?!tools\/random\/32$)|auth\/)/);
      }
    }
  });

  it("are refused when they are wider than they look", () => {
    const text = (path: string, capabilities: readonly "read"[] = ["read"]) =>
      policyText({ name: "p", grants: [{ path, capabilities }] });
    for (const path of ["*", "kv", "kv/*/key", "+/data/x", "kv/data/../x y"])
      expect(() => text(path)).toThrow("policy p");
    expect(() => text("kv/data/x", [])).toThrow("grants nothing");
    const twice = { path: "kv/data/x", capabilities: ["read"] as const };
    expect(() => policyText({ name: "p", grants: [twice, twice] })).toThrow("told twice");
    expect(JSON.parse(text("kv/data/x"))).toEqual({ path: { "kv/data/x": { capabilities: ["read"] } } });
  });
});

describe("Vault's settings", () => {
  it("have each server join by a name that its certificate holds", () => {
    const settings = JSON.parse(vaultSettings({ replicas: 3, unseal: unseals.kms }));
    const peers = settings.storage.raft.retry_join as { leader_api_addr: string }[];
    expect(peers.map(({ leader_api_addr }) => leader_api_addr)).toEqual([0, 1, 2].map(vaultServerUrl));
    const held = (url: string) => {
      const { hostname } = new URL(url);
      return vaultHosts().some((name) => name === hostname || name === hostname.replace(/^[^.]+/, "*"));
    };
    expect([vaultUrl, ...peers.map((peer) => peer.leader_api_addr)].filter((url) => !held(url))).toEqual([]);
    expect(settings.listener[0].tcp.tls_min_version).toBe("tls13");
  });

  it("seal by what the stack chose", () => {
    const sealOf = (unseal: Unseal) => JSON.parse(vaultSettings({ replicas: 1, unseal })).seal;
    expect(sealOf(unseals.kms)).toEqual({ awskms: { kms_key_id: "alias/vault", region: "eu-west-1" } });
    expect(sealOf(unseals.transit)).toEqual({
      transit: { address: "https://unseal.example.com", mount_path: "transit", key_name: "unseal" },
    });
    expect(sealOf(unseals.shamir)).toBeUndefined();
  });
});

describe("jobs of Vault", () => {
  const seed = { authPath: "kubernetes", role: "seeder", mount: "kv", path: "a/b", fields: ["one", "two"] };

  it("leave what Vault answers in a file, and no secret in what they say", () => {
    for (const unseal of Object.values(unseals)) {
      const script = initScript(unseal, 0, "init.json");
      expect(script).toContain("> /vault/recovery/init.json.part\n");
      expect(script).toContain(`-${unseal.by === "shamir" ? "key" : "recovery"}-shares=5 `);
      expect(script).not.toContain("pgp");
      expect(() => execFileSync("/bin/sh", ["-n", "-c", script])).not.toThrow();
    }
    const [script, lines] = [seedScript(seed), seedScript(seed).split("\n")];
    expect(lines.filter((line) => line.startsWith("echo"))).toEqual(['echo "made"']);
    expect(script).toContain(`printf '{"one":"%s","two":"%s"}' "$(random)" "$(random)" | vault kv put`);
    expect(() => execFileSync("/bin/sh", ["-n", "-c", script])).not.toThrow();
  });

  it("encrypt shares and root token to their custodians, if they have keys", () => {
    const all = [0, 1, 2, 3, 4].map((index) => `/vault/custodians/${index}.asc`).join(",");
    expect(initScript(unseals.kms, 5, "f")).toContain(`-recovery-pgp-keys=${all} -root-token-pgp-key=`);
    expect(initScript(unseals.shamir, 5, "f")).toContain(` -pgp-keys=${all} `);
    expect(() => initScript(unseals.kms, 2, "f")).toThrow("allowed are none, or 5");
  });
});

describe("who talks to Vault", () => {
  it("is nobody on the internet but KMS", () => {
    const apiServers = [{ cidr: "10.0.0.0/24" }];
    const out = (unseal: "kms" | "transit" | "shamir") =>
      vaultFlows({ unseal, apiServers, unsealer: { cidr: "10.9.0.0/24" } }).map(({ to }) => to);
    expect(out("kms")).toContain("internet");
    expect(out("transit")).not.toContain("internet");
    expect(out("transit")).toContainEqual({ cidr: "10.9.0.0/24" });
    expect(out("shamir")).not.toContain("internet");
  });
});
