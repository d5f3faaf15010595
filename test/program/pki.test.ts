import { describe, expect, it } from "vitest";
import { Pki } from "../../infra/pki/index.ts";
import { validityHours } from "../../infra/pki/profiles.ts";
import { type Registration, registrationsOf, valueOfOutput } from "../support/pulumi-mocks.ts";

const pem = ({ type, name }: Registration): Record<string, unknown> => {
  if (type.endsWith(":PrivateKey")) return { privateKeyPem: `key of ${name}`, privateKeyPemPkcs8: `pkcs8 of ${name}` };
  if (type.endsWith(":CertRequest")) return { certRequestPem: `request of ${name}` };
  return { certPem: `certificate of ${name}` };
};
const short = ({ type, name }: Registration): string => `${type.split(":").at(-1)} ${name}`;
const organization = "example";

describe("the private authority", () => {
  it("is a root, and for each region an intermediate, each with a key of its own", async () => {
    const found = await registrationsOf(() => new Pki("pki", { organization, regions: ["eu", "us"] }), {
      outputs: pem,
    });
    expect(found.map(short)).toEqual(
      [
        "Stack hybrid-llm-test",
        "Pki pki",
        "LocallySignedCert pki-eu-g1-certificate",
        "PrivateKey pki-eu-g1-key",
        "CertRequest pki-eu-g1-request",
        "SelfSignedCert pki-root-g1-certificate",
        "PrivateKey pki-root-g1-key",
        "LocallySignedCert pki-us-g1-certificate",
        "PrivateKey pki-us-g1-key",
        "CertRequest pki-us-g1-request",
      ].sort((a, b) => (a.split(" ")[1] ?? "").localeCompare(b.split(" ")[1] ?? "")),
    );
    const inputs = Object.fromEntries(found.map(({ name, inputs: given }) => [name, given]));
    expect(inputs["pki-root-g1-key"]).toEqual({ algorithm: "RSA", rsaBits: 4096 });
    expect(inputs["pki-eu-g1-key"]).toEqual({ algorithm: "ECDSA", ecdsaCurve: "P384" });
    expect(inputs["pki-eu-g1-certificate"]).toMatchObject({
      isCaCertificate: true,
      maxPathLength: 0,
      caCertPem: "certificate of pki-root-g1-certificate",
      validityPeriodHours: 3 * 365 * 24,
    });
  });

  it("issues leaves from a region's intermediate, and sends the intermediate with them", async () => {
    let chain: unknown;
    const found = await registrationsOf(
      async () => {
        const pki = new Pki("pki", { organization, regions: ["local"], leafValidityDays: 30 });
        const leaf = pki.issue("local", {
          name: "router",
          profile: "server",
          dnsNames: ["localhost"],
          ipAddresses: ["::1"],
        });
        chain = await valueOfOutput(leaf.chainPem);
      },
      { outputs: pem },
    );
    const inputs = Object.fromEntries(found.map(({ name, inputs: given }) => [name, given]));
    expect(inputs["pki-local-router-g1-certificate"]).toMatchObject({
      caCertPem: "certificate of pki-local-g1-certificate",
      // A secret wherever it goes.
      caPrivateKeyPem: expect.objectContaining({ value: "pkcs8 of pki-local-g1-key" }),
      allowedUses: ["digital_signature", "server_auth"],
      validityPeriodHours: 720,
      earlyRenewalHours: 240,
    });
    expect(inputs["pki-local-router-g1-certificate"]).not.toHaveProperty("isCaCertificate");
    expect(inputs["pki-local-router-g1-request"]).toMatchObject({ dnsNames: ["localhost"], ipAddresses: ["::1"] });
    expect(chain).toBe("certificate of pki-local-router-g1-certificate\ncertificate of pki-local-g1-certificate\n");
  });

  it("rotates by its generation: a new chain, the old root still trusted", async () => {
    let bundle: unknown;
    const rotated = (keepPrevious: boolean) => async () => {
      const pki = new Pki("pki", { organization, regions: ["eu"], generation: 2, keepPrevious });
      bundle = await valueOfOutput(pki.trustBundlePem);
    };
    const overlapping = await registrationsOf(rotated(true), { outputs: pem });
    expect(overlapping.map(({ name }) => name).filter((name) => name.includes("-g1-"))).toEqual([
      "pki-root-g1-certificate",
      "pki-root-g1-key",
    ]);
    expect(bundle).toBe("certificate of pki-root-g2-certificate\ncertificate of pki-root-g1-certificate\n");

    const finished = await registrationsOf(rotated(false), { outputs: pem });
    expect(finished.filter(({ name }) => name.includes("-g1-"))).toEqual([]);
    expect(bundle).toBe("certificate of pki-root-g2-certificate\n");
  });

  it("composes in a preview, where no key is known yet", async () => {
    const program = () => {
      const pki = new Pki("pki", { organization, regions: ["eu"] });
      pki.issue("eu", { name: "database", profile: "peer" });
    };
    const preview = await registrationsOf(program, { preview: true });
    expect(preview.map(short)).toEqual((await registrationsOf(program, { outputs: pem })).map(short));
  });

  it("names the regions that there are when asked for another", async () => {
    let message = "";
    await registrationsOf(
      () => {
        const pki = new Pki("pki", { organization, regions: ["eu", "us"] });
        try {
          pki.issue("asia", { name: "x", profile: "client" });
        } catch (error) {
          message = (error as Error).message;
        }
      },
      { outputs: pem },
    );
    expect(message).toBe("no intermediate for the region asia: there are eu, us");
  });
});

describe("validity", () => {
  it("is renewed in its last third", () => {
    expect(validityHours(1)).toEqual({ validityPeriodHours: 8760, earlyRenewalHours: 2920 });
    expect(validityHours(0)).toEqual({ validityPeriodHours: 1, earlyRenewalHours: 0 });
  });
});
