import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { provider } from "../../../tools/offline/tls/provider.ts";
import { type PropertyMap, type PropertyValue, Secret, startServer, unknown } from "../../../tools/provider/index.ts";
import { ProviderClient } from "../provider/client.ts";
import { openssl } from "./openssl.ts";

const types = {
  key: "tls:index/privateKey:PrivateKey",
  request: "tls:index/certRequest:CertRequest",
  self: "tls:index/selfSignedCert:SelfSignedCert",
  local: "tls:index/locallySignedCert:LocallySignedCert",
} as const;

let server: Awaited<ReturnType<typeof startServer>>;
let client: ProviderClient;
let caKey: PropertyMap;
let caPem: string;
let requestPem: string;
let otherKey: PropertyMap;

const text = (value: PropertyValue | undefined): string => {
  const plain = value instanceof Secret ? value.value : value;
  if (typeof plain !== "string") throw new Error("a text was expected");
  return plain;
};
const authority = {
  isCaCertificate: true,
  validityPeriodHours: 24,
  allowedUses: ["cert_signing"],
  subject: { commonName: "Root" },
};

beforeAll(async () => {
  server = await startServer(provider);
  client = new ProviderClient(server.port);
  await client.configure();
  caKey = (await client.create(types.key, { algorithm: "ECDSA", ecdsaCurve: "P256" })).state;
  otherKey = (await client.create(types.key, { algorithm: "ED25519" })).state;
  caPem = text(
    (await client.create(types.self, { ...authority, privateKeyPem: caKey.privateKeyPem ?? "" })).state.certPem,
  );
  const asked = await client.create(types.request, {
    privateKeyPem: otherKey.privateKeyPem ?? "",
    dnsNames: ["a.org"],
  });
  requestPem = text(asked.state.certRequestPem);
});
afterAll(async () => {
  client.close();
  await server.stop();
});
afterEach(() => {
  vi.useRealTimers();
});

const signedInputs = (): PropertyMap => ({
  caPrivateKeyPem: caKey.privateKeyPem ?? "",
  caCertPem: caPem,
  certRequestPem: requestPem,
  validityPeriodHours: 24,
  allowedUses: ["server_auth"],
});

describe("PrivateKey", () => {
  test("only its private forms are secret; defaults are in the state, not in the inputs", async () => {
    const secrets = Object.entries(caKey).filter(([, value]) => value instanceof Secret);
    expect(secrets.map(([name]) => name).sort()).toEqual(["privateKeyOpenssh", "privateKeyPem", "privateKeyPemPkcs8"]);
    expect(otherKey).toMatchObject({ algorithm: "ED25519", rsaBits: 2048, ecdsaCurve: "P224" });
    expect((await client.check(types.key, { algorithm: "RSA" })).inputs).toEqual({ algorithm: "RSA" });
  });

  test("a default written out is no change, every real change replaces", async () => {
    const old = { inputs: { algorithm: "RSA" }, state: { algorithm: "RSA", rsaBits: 2048 } };
    expect(await client.diff(types.key, old, { algorithm: "RSA", rsaBits: 2048 })).toMatchObject({ changed: false });
    expect(await client.diff(types.key, old, { algorithm: "RSA", rsaBits: 4096 })).toMatchObject({
      replaces: ["rsaBits"],
    });
  });

  test("a state of the official provider compares equal", async () => {
    const inputs = { algorithm: "RSA", __defaults: [] };
    expect(await client.diff(types.key, { inputs }, { algorithm: "RSA" })).toMatchObject({ changed: false });
  });

  test.each([
    [{ algorithm: "DSA" }, 'algorithm: "DSA" is no algorithm; allowed are RSA, ECDSA, ED25519'],
    [{ algorithm: "ECDSA", ecdsaCurve: "P255" }, 'ecdsaCurve: "P255" is no curve; allowed are P224, P256, P384, P521'],
    [{ algorithm: "RSA", rsaBits: 1023 }, "rsaBits: 1023 bits are too few to be safe; allowed are 1024 to 16384"],
    [{ algorithm: "RSA", rsaBits: 2048.5 }, "rsaBits: 2048.5 is no whole number of bits"],
    [{ algorithm: "RSA", bits: 2048 }, "bits: there is no such argument"],
  ])("%j is refused", async (inputs, message) => {
    expect((await client.check(types.key, inputs)).failures).toEqual([message]);
  });

  test("its preview shows what is known", async () => {
    const { state } = await client.create(types.key, { algorithm: unknown }, true);
    expect(state).toMatchObject({
      algorithm: unknown,
      rsaBits: 2048,
      publicKeyPem: unknown,
      privateKeyPem: new Secret(unknown),
    });
  });
});

describe("certificates", () => {
  test("only the private key is secret in their states", async () => {
    const { id, state } = await client.create(types.local, signedInputs());
    expect(id).toMatch(/^\d+$/);
    const secrets = Object.entries(state).filter(([, value]) => value instanceof Secret);
    expect(secrets.map(([name]) => name)).toEqual(["caPrivateKeyPem"]);
    expect(state).toMatchObject({
      caKeyAlgorithm: "ECDSA",
      earlyRenewalHours: 0,
      isCaCertificate: false,
      readyForRenewal: false,
      validityEndTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
    expect(openssl("verify -CAfile ca cert", { ca: caPem, cert: text(state.certPem) }).ok).toBe(true);
  });

  test("a write-only key makes the same certificate and is no output; only its version is a change", async () => {
    const inputs = {
      ...authority,
      privateKeyPemWo: new Secret(text(caKey.privateKeyPem)),
      privateKeyPemWoVersion: 1,
    };
    expect((await client.check(types.self, inputs)).failures).toEqual([]);
    const { state } = await client.create(types.self, inputs);
    expect(JSON.stringify(state)).not.toContain("PRIVATE KEY");
    const next = { ...inputs, privateKeyPemWo: new Secret(text(otherKey.privateKeyPem)) };
    expect(await client.diff(types.self, { inputs, state }, next)).toMatchObject({ changed: false });
    expect(await client.diff(types.self, { inputs, state }, { ...next, privateKeyPemWoVersion: 2 })).toMatchObject({
      replaces: ["privateKeyPemWoVersion"],
    });
  });

  test("every change replaces but that of earlyRenewalHours, which keeps the certificate", async () => {
    const inputs = signedInputs();
    const { state } = await client.create(types.local, inputs);
    for (const [name, value] of Object.entries({
      validityPeriodHours: 25,
      allowedUses: ["client_auth"],
      isCaCertificate: true,
      certRequestPem: unknown,
    })) {
      expect(await client.diff(types.local, { inputs, state }, { ...inputs, [name]: value })).toMatchObject({
        replaces: [name],
      });
    }
    const news = { ...inputs, earlyRenewalHours: 2 };
    expect(await client.diff(types.local, { inputs, state }, news)).toMatchObject({
      changed: true,
      replaces: [],
      detailed: { earlyRenewalHours: "ADD" },
    });
    const updated = await client.update(types.local, { inputs, state }, news);
    expect(updated).toEqual({ ...state, earlyRenewalHours: 2 });
    expect(await client.update(types.local, { inputs, state }, news, true)).toEqual(updated);
    expect(await client.diff(types.local, { inputs, state }, { ...inputs, isCaCertificate: false })).toMatchObject({
      changed: false,
    });
  });

  test("when the time of renewal has come, a refresh tells and a preview replaces", async () => {
    const inputs = { ...signedInputs(), earlyRenewalHours: 2 };
    const { id, state } = await client.create(types.local, inputs);
    const last = { inputs, state };
    expect((await client.read(types.local, id, last)).state).toEqual(state);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 22.1 * 3_600_000 });
    expect((await client.read(types.local, id, last)).state).toEqual({ ...state, readyForRenewal: true });
    expect(await client.diff(types.local, last, inputs)).toMatchObject({
      changed: true,
      replaces: ["readyForRenewal"],
      detailed: { readyForRenewal: "UPDATE_REPLACE" },
    });
    expect(await client.diff(types.local, last, { ...inputs, earlyRenewalHours: 1 })).toMatchObject({ replaces: [] });
  });

  test("a preview with unknown inputs is quiet and shows what is known", async () => {
    const inputs = {
      ...signedInputs(),
      caCertPem: unknown,
      certRequestPem: unknown,
      caPrivateKeyPem: new Secret(unknown),
    };
    expect((await client.check(types.local, inputs)).failures).toEqual([]);
    expect((await client.create(types.local, inputs, true)).state).toMatchObject({
      certPem: unknown,
      caCertPem: unknown,
      caPrivateKeyPem: new Secret(unknown),
      validityEndTime: unknown,
      validityPeriodHours: 24,
      earlyRenewalHours: 0,
      readyForRenewal: false,
    });
  });

  test("an import is refused: there is no private key to be had", async () => {
    await expect(client.read(types.local, "1")).rejects.toThrow("can't be imported");
  });

  test("all that is wrong is told at once, and no secret with it", async () => {
    const canary = "CANARY-canary";
    const { failures } = await client.check(types.local, {
      caPrivateKeyPem: new Secret(canary),
      caCertPem: requestPem,
      certRequestPem: caPem,
      validityPeriodHours: -1,
      allowedUses: ["server_auth", "serverAuth"],
      maxPathLength: 0.5,
    });
    expect(failures.toSorted()).toEqual([
      expect.stringMatching(
        /^: allowedUses\[1\]: "serverAuth" is no use of a certificate; allowed are any_extended, .*server_auth/,
      ),
      expect.stringMatching(/^: caPrivateKeyPem: is no PEM block; a private key is expected/),
      'caCertPem: is a PEM block "CERTIFICATE REQUEST"; "CERTIFICATE" is expected',
      'certRequestPem: is a PEM block "CERTIFICATE"; "CERTIFICATE REQUEST" is expected',
      expect.stringMatching(/^maxPathLength: /),
      expect.stringMatching(/^validityPeriodHours: /),
    ]);
    expect(failures.join()).not.toContain(canary);
  });

  test("a key that isn't the authority's is refused", async () => {
    const inputs = { ...signedInputs(), caPrivateKeyPem: otherKey.privateKeyPem ?? "" };
    expect((await client.check(types.local, inputs)).failures).toEqual([
      ": caPrivateKeyPem: is not the key of the certificate in caCertPem",
    ]);
  });

  test.each([
    [{}, ": privateKeyPem: exactly one of privateKeyPem and privateKeyPemWo must be given"],
    [{ isCaCertificate: true, subject: {} }, "subject: must name a certificate authority"],
    [{ isCaCertificate: false, setAuthorityKeyId: true }, "setAuthorityKeyId: needs a subject key identifier"],
    [{ ipAddresses: ["300.1.1.1"] }, ': ipAddresses[0]: "300.1.1.1" is no IP address'],
    [{ dnsNames: ["ü.org"] }, ': dnsNames[0]: "ü.org" is no DNS name'],
    [{ uris: ["/path"] }, ': uris[0]: "/path" is no absolute URI'],
  ])("a self-signed certificate with %j is refused", async (more, message) => {
    const key = message.includes("exactly") ? {} : { privateKeyPem: caKey.privateKeyPem ?? "" };
    const base = { validityPeriodHours: 1, allowedUses: [] };
    const { failures } = await client.check(types.self, { ...base, ...key, ...more });
    expect(failures).toEqual([expect.stringContaining(message)]);
  });
});

describe("functions", () => {
  const getPublicKey = "tls:index/getPublicKey:getPublicKey";

  test("getPublicKey reads both forms, and gives the key back secret if it came so", async () => {
    for (const name of ["privateKeyPem", "privateKeyOpenssh"] as const) {
      const { result, failures } = await client.invoke(getPublicKey, { [name]: caKey[name] ?? "" });
      expect(failures).toEqual([]);
      const { publicKeyPem, publicKeyOpenssh, publicKeyFingerprintMd5, publicKeyFingerprintSha256 } = caKey;
      expect(result).toMatchObject({
        algorithm: "ECDSA",
        publicKeyPem,
        publicKeyOpenssh,
        publicKeyFingerprintMd5,
        publicKeyFingerprintSha256,
      });
      expect(result[name]).toBeInstanceOf(Secret);
    }
    expect((await client.invoke(getPublicKey, { privateKeyPem: "x" })).failures).toEqual([
      expect.stringMatching(/^privateKeyPem: is no PEM block/),
    ]);
    expect((await client.invoke(getPublicKey, {})).failures).toEqual([expect.stringContaining("exactly one of")]);
  });

  test("what isn't served says so", async () => {
    await expect(client.invoke("tls:index/getCertificate:getCertificate", {})).rejects.toThrow(
      /tls 5\.6\.1 has no function tls:index\/getCertificate:getCertificate; it is an offline stand-in/,
    );
  });
});
