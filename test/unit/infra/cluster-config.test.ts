import { describe, expect, it } from "vitest";
import { placeOf } from "../../../infra/region/index.ts";
import { type ListenerSecurity, probes, renderClusterConfig, terminationSeconds } from "../../../infra/router/index.ts";
import { configHash, parseRouterConfig, type RouterConfigInput } from "../../../runtime/config/index.ts";

const place = placeOf({ stack: "hybrid-llm-prod", name: "eu-west-1" });
const tls: ListenerSecurity = {
  mode: "tls",
  issuer: { name: "region", kind: "ClusterIssuer" },
  clientCertificate: "required",
};
const render = (input: RouterConfigInput, security: ListenerSecurity = tls, more = {}) =>
  renderClusterConfig(place, { version: "v1", config: parseRouterConfig(input, "test"), security, ...more });

describe("the configuration of a router in a cluster", () => {
  it("has what the platform alone knows, and keeps what the stack says", () => {
    const { config } = render(
      {
        failoverChain: ["openai"],
        backends: { openai: { defaultModel: "gpt-5.4" }, local: {} },
        ledger: { stack: "mine" },
      },
      tls,
      { otlpEndpoint: "http://collector:4318" },
    );
    expect(config).toMatchObject({
      name: "hybrid-llm-prod/eu-west-1/v1",
      region: "eu-west-1",
      failoverChain: ["openai"],
      backends: {
        openai: { defaultModel: "gpt-5.4", apiKey: { file: "/run/secrets/hybrid-llm/openai" } },
      },
      ledger: { stack: "mine", directory: "/var/lib/hybrid-llm/ledger" },
      telemetry: { otlpEndpoint: "http://collector:4318" },
      listen: {
        host: "0.0.0.0",
        port: 8443,
        security: {
          mode: "tls",
          certificateFile: "/etc/hybrid-llm/tls/tls.crt",
          keyFile: "/etc/hybrid-llm/tls/tls.key",
          clientCaFile: "/etc/hybrid-llm/trust/ca.pem",
          clientCertificate: "required",
        },
      },
    });
    expect(config.backends.local).not.toHaveProperty("apiKey");
  });

  it("keeps whose money it is in every version", () => {
    expect(render({}).config.ledger.stack).toBe("hybrid-llm-prod");
  });

  it("leaves encryption to a mesh where there is one", () => {
    const { config } = render({}, { mode: "mesh" });
    expect(config.listen).toMatchObject({ port: 8080, security: { mode: "plain", because: "mesh" } });
  });

  it("is what the router reads, and its name tells its content", () => {
    const { config, json, hash, name } = render({});
    expect(parseRouterConfig(JSON.parse(json), "the ConfigMap")).toEqual(config);
    expect(hash).toBe(configHash(JSON.parse(json)));
    expect(name).toBe(`router-v1-${hash}`);
    expect(render({ log: { level: "debug" } }).name).not.toBe(name);
    expect(render({}).name).toBe(name);
  });

  it("is air-gapped in an air-gapped region, whatever the stack says", () => {
    const site = { ...place, airgapped: true };
    const settings = { version: "v1", config: parseRouterConfig({}, "test"), security: tls };
    expect(renderClusterConfig(site, settings).config.airgap).toBe(true);
    const cloudy = parseRouterConfig({ backends: { openai: {} } }, "test");
    expect(() => renderClusterConfig(site, { ...settings, config: cloudy })).toThrow(
      "no cloud backend while airgap is true",
    );
  });

  it("refuses what no ConfigMap takes", () => {
    const tenants = { ["t".repeat(1_048_576)]: {} };
    expect(() => render({ tenants })).toThrow(/bytes; a ConfigMap takes 1048576/);
  });
});

describe("stopping", () => {
  it("takes no longer than it is given: preStop, drain, the last rows", () => {
    const config = (drainMs: number) => parseRouterConfig({ deadlines: { drainMs } }, "test");
    expect(terminationSeconds(config(30_000))).toBe(45);
    expect(terminationSeconds(config(1))).toBe(16);
  });
});

describe("probes", () => {
  it("ask by HTTP where nobody must show a certificate", () => {
    expect(probes({ mode: "mesh" })).toMatchObject({
      startupProbe: {
        httpGet: { path: "/readyz", port: "http", scheme: "HTTP" },
        periodSeconds: 1,
        failureThreshold: 60,
      },
      readinessProbe: { httpGet: { path: "/readyz", scheme: "HTTP" } },
      livenessProbe: { httpGet: { path: "/livez", scheme: "HTTP" } },
    });
    expect(probes({ ...tls, clientCertificate: "optional" }).livenessProbe.httpGet).toMatchObject({ scheme: "HTTPS" });
  });

  it("show the pod's own certificate where one is required", () => {
    const { startupProbe, livenessProbe } = probes(tls);
    expect(startupProbe).not.toHaveProperty("httpGet");
    expect(startupProbe).toMatchObject({
      exec: { command: ["node", "-e", expect.stringContaining('path: "/readyz"')] },
    });
    expect(livenessProbe).toMatchObject({
      exec: { command: ["node", "-e", expect.stringContaining('path: "/livez"')] },
    });
  });
});
