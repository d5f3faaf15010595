import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { vault } from "../../../tools/parts/index.ts";
import { PulumiProgram } from "../../support/pulumi-program.ts";
import { describeWithServer } from "../support.ts";
import { startVault, type VaultServer } from "./server.ts";

/** A root, an intermediate that it signs, and a role that gives out servers' certificates. */
const programOf = (address: string, hours: number) => `
import * as vault from "@pulumi/vault";

const provider = new vault.Provider("vault", { address: "${address}", skipChildToken: true });
const mount = (name, days) => new vault.Mount(name, {
  path: name, type: "pki", maxLeaseTtlSeconds: days * 86400,
}, { provider });
const [top, below] = [mount("pki-root", 3650), mount("pki-site", 365)];
const root = new vault.pkisecret.SecretBackendRootCert("root", {
  backend: top.path, type: "internal", commonName: "Test root", ttl: "87600h", keyType: "ec", keyBits: 256,
}, { provider });
const request = new vault.pkisecret.SecretBackendIntermediateCertRequest("request", {
  backend: below.path, type: "internal", commonName: "Test site", keyType: "ec", keyBits: 256,
}, { provider });
const signed = new vault.pkisecret.SecretBackendRootSignIntermediate("signed", {
  backend: top.path, csr: request.csr, commonName: "Test site", format: "pem_bundle", ttl: "8760h",
}, { provider, dependsOn: [root] });
const set = new vault.pkisecret.SecretBackendIntermediateSetSigned("set", {
  backend: below.path, certificate: signed.certificate,
}, { provider });
new vault.pkisecret.SecretBackendConfigUrls("urls", {
  backend: below.path, issuingCertificates: ["https://vault.example.com/v1/pki-site/ca"],
}, { provider });
new vault.pkisecret.SecretBackendRole("servers", {
  backend: below.path, name: "servers", allowedDomains: ["router.svc"], allowSubdomains: true, keyType: "ec", keyBits: 256,
  maxTtl: "${hours * 3600}", keyUsages: ["DigitalSignature"], extKeyUsages: ["ServerAuth"], clientFlag: false,
}, { provider, dependsOn: [set] });
export const rootCertificate = root.certificate;
`;

describeWithServer(vault, "certificates and a real Vault", (directory) => {
  let server: VaultServer;
  let program: PulumiProgram;
  const up = async (hours: number, ...args: string[]) => {
    program.write(programOf(server.address, hours));
    const { ok, output } = await program.up(...args);
    expect(ok, output).toBe(true);
    return output;
  };
  const issue = async (commonName: string, ttl: string) => {
    const body = { common_name: commonName, ttl };
    const { data } = await server.asRoot.call({ method: "POST", path: "pki-site/issue/servers", body });
    return data as { certificate: string; issuing_ca: string };
  };

  beforeAll(async () => {
    server = await startVault(directory);
    program = await PulumiProgram.open({ VAULT_TOKEN: server.rootToken });
  });
  afterAll(async () => {
    program?.remove();
    await server?.stop();
  });

  test("an intermediate of our root gives out what its role allows", async () => {
    await up(72);
    await up(72, "--expect-no-changes");
    const { output } = await program.run("stack", "output", "rootCertificate", "--stack", "test");
    const root = new X509Certificate(output);
    const { certificate, issuing_ca: issuer } = await issue("a.router.svc", "1h");
    const [leaf, intermediate] = [new X509Certificate(certificate), new X509Certificate(issuer)];
    expect(leaf.verify(intermediate.publicKey)).toBe(true);
    expect(intermediate.verify(root.publicKey)).toBe(true);
    expect(leaf.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
    expect(leaf.infoAccess).toContain("https://vault.example.com/v1/pki-site/ca");
    await expect(issue("a.example.com", "1h")).rejects.toThrow(/not allowed/);
    const long = new X509Certificate((await issue("b.router.svc", "9000h")).certificate);
    expect(new Date(long.validTo).getTime()).toBeLessThan(Date.now() + 73 * 3_600_000);
  });

  test("a shorter validity is set in place, the chain stays", async () => {
    const output = await up(2);
    expect(output).toMatch(/~ 1 updated/);
    expect(output).not.toMatch(/replaced|deleted/);
    const long = new X509Certificate((await issue("c.router.svc", "9000h")).certificate);
    expect(new Date(long.validTo).getTime()).toBeLessThan(Date.now() + 3 * 3_600_000);
  });

  test("a destroy takes the engines away", async () => {
    const { ok, output } = await program.destroy();
    expect(ok, output).toBe(true);
    expect(Object.keys((await server.asRoot.call({ path: "sys/mounts" })).data ?? {}).join()).not.toContain("pki");
  });
});
