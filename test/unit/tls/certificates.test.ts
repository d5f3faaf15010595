import { X509Certificate } from "node:crypto";
import { OctetString } from "@peculiar/asn1-schema";
import { Validity } from "@peculiar/asn1-x509";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { issue, parseAuthority } from "../../../tools/offline/tls/certificates.ts";
import {
  generateKey,
  type KeyWanted,
  type PrivateKey,
  privateTexts,
  publicKeyInfo,
} from "../../../tools/offline/tls/keys.ts";
import { alternativeNames, distinguishedName, emptyName, ipBytes } from "../../../tools/offline/tls/names.ts";
import { parseRequest, request } from "../../../tools/offline/tls/requests.ts";
import { signatureAlgorithm } from "../../../tools/offline/tls/signing.ts";
import { Certificate, decode, encode, TbsCertificate } from "../../../tools/offline/tls/structures.ts";
import { allowedUses } from "../../../tools/offline/tls/uses.ts";
import { openssl } from "./openssl.ts";

const kinds: Readonly<Record<string, KeyWanted>> = {
  RSA: { algorithm: "RSA", rsaBits: 2048 },
  P224: { algorithm: "ECDSA", curve: "P224" },
  P256: { algorithm: "ECDSA", curve: "P256" },
  P384: { algorithm: "ECDSA", curve: "P384" },
  P521: { algorithm: "ECDSA", curve: "P521" },
  ED25519: { algorithm: "ED25519" },
};
const keys = new Map<string, PrivateKey>();
beforeAll(async () => {
  for (const [name, wanted] of Object.entries(kinds)) keys.set(name, await generateKey(wanted));
});
const key = (name: string): PrivateKey => {
  const found = keys.get(name);
  if (found === undefined) throw new Error(name);
  return found;
};

const notBefore = new Date(Math.floor(Date.now() / 1000) * 1000);
const notAfter = new Date(notBefore.getTime() + 86_400_000);

function root(name: string, maxPathLength?: number): string {
  const subject = distinguishedName({ commonName: `root ${name}`, organization: "hybrid-llm" });
  const wanted = {
    subject,
    alternativeNames: undefined,
    publicKey: publicKeyInfo(key(name)),
    uses: ["cert_signing", "crl_signing"],
    isCa: true,
    maxPathLength,
    withSubjectKeyId: false,
    notBefore,
    notAfter,
  };
  return issue(wanted, { key: key(name), name: subject, keyId: undefined }).pem;
}

function leaf(caName: string, caPem: string, requestPem: string, more: { isCa?: boolean } = {}): string {
  const authority = parseAuthority(caPem);
  const wanted = {
    ...parseRequest(requestPem),
    uses: more.isCa === true ? ["cert_signing"] : ["digital_signature", "server_auth", "client_auth"],
    isCa: more.isCa ?? false,
    withSubjectKeyId: true,
    notBefore,
    notAfter,
  };
  return issue(wanted, { key: key(caName), name: authority.name, keyId: authority.keyId }).pem;
}

function leafOf(caPem: string, caKey: PrivateKey): X509Certificate {
  const { name, keyId } = parseAuthority(caPem);
  const asked = parseRequest(request({}, { dnsNames: ["a.org"] }, key("P256")).pem);
  const wanted = { ...asked, uses: [], isCa: false, withSubjectKeyId: false, notBefore, notAfter };
  return new X509Certificate(issue(wanted, { key: caKey, name, keyId }).pem);
}

describe.each(Object.keys(kinds))("an authority with a key of %s", (caName) => {
  test.each(Object.keys(kinds))("issues to a key of %s what openssl verifies", (leafName) => {
    const ca = root(caName);
    const names = { dnsNames: ["router.example.org", "*.example.org"], ipAddresses: ["192.0.2.1", "2001:db8::1"] };
    const asked = request({ commonName: "router" }, names, key(leafName)).pem;
    expect(openssl("req -in csr -noout -verify", { csr: asked }).output).toMatch(/verif.* OK/i);
    const cert = leaf(caName, ca, asked);
    const verified = openssl("verify -x509_strict -purpose sslserver -verify_hostname a.example.org -CAfile ca cert", {
      ca,
      cert,
    });
    expect(verified.output).toMatch(/: OK\n$/);
    expect(new X509Certificate(cert).checkIP("2001:db8::1")).toBe("2001:db8::1");
  });
});

test("every field of the subject, every kind of name and every use is where openssl looks for it", () => {
  const subject = {
    commonName: "Zürich router",
    organization: "hybrid-llm",
    organizationalUnit: "unit",
    country: "CH",
    province: "ZH",
    locality: "Zürich",
    postalCode: "8000",
    serialNumber: "42",
    emailAddress: "ops@example.org",
    streetAddresses: ["Street 1", "Street 2"],
  };
  const asked = request(
    subject,
    { dnsNames: ["a.org"], ipAddresses: ["10.0.0.1"], uris: ["spiffe://a/b"] },
    key("P256"),
  ).pem;
  const shownRequest = openssl("req -in csr -noout -subject -nameopt RFC2253,utf8,-esc_msb", { csr: asked }).output;
  expect(shownRequest).toContain(
    "emailAddress=ops@example.org,serialNumber=42,CN=Zürich router,postalCode=8000,street=Street 2+street=Street 1,ST=ZH,L=Zürich,OU=unit,O=hybrid-llm,C=CH",
  );
  const ca = root("P384");
  const authority = parseAuthority(ca);
  const { pem, serialNumber } = issue(
    { ...parseRequest(asked), uses: allowedUses, isCa: false, withSubjectKeyId: false, notBefore, notAfter },
    { key: key("P384"), name: authority.name, keyId: authority.keyId },
  );
  const shown = openssl("x509 -in cert -noout -text", { cert: pem }).output;
  expect(shown).toContain("DNS:a.org, IP Address:10.0.0.1, URI:spiffe://a/b");
  expect(shown).toMatch(
    /Key Usage: critical\n\s+Digital Signature, Non Repudiation, Key Encipherment, Data Encipherment, Key Agreement, Certificate Sign, CRL Sign, Encipher Only, Decipher Only/,
  );
  for (const use of [
    "Any Extended Key Usage",
    "TLS Web Client Authentication",
    "Code Signing",
    "E-mail Protection",
    "IPSec End System",
    "IPSec Tunnel",
    "IPSec User",
    "Time Stamping",
    "OCSP Signing",
    "Microsoft Server Gated Crypto",
    "Netscape Server Gated Crypto",
    "Microsoft Commercial Code Signing",
    "1.3.6.1.4.1.311.61.1.1",
  ]) {
    expect(shown).toContain(use);
  }
  expect(shown).toContain("CA:FALSE");
  expect(shown).not.toContain("Subject Key Identifier");
  const read = new X509Certificate(pem);
  expect(BigInt(`0x${read.serialNumber}`).toString()).toBe(serialNumber);
  expect(new Date(read.validTo)).toEqual(notAfter);
});

test("a chain through an intermediate is verified, and one that is too long is not", () => {
  const ca = root("RSA", 0);
  const intermediate = leaf("RSA", ca, request({ commonName: "regional" }, {}, key("P256")).pem, { isCa: true });
  const asked = request({ commonName: "router" }, { dnsNames: ["a.org"] }, key("ED25519")).pem;
  const files = { ca, mid: intermediate, cert: leaf("P256", intermediate, asked) };
  expect(openssl("verify -CAfile ca -untrusted mid cert", files).output).toMatch(/path length constraint exceeded/);
  expect(openssl("verify -CAfile ca cert", { ca, cert: leaf("RSA", ca, asked) }).ok).toBe(true);
  const open = { ...files, ca: root("RSA", 1) };
  const midOfOpen = leaf("RSA", open.ca, request({ commonName: "regional" }, {}, key("P256")).pem, { isCa: true });
  expect(
    openssl("verify -CAfile ca -untrusted mid cert", { ...open, mid: midOfOpen, cert: leaf("P256", midOfOpen, asked) })
      .ok,
  ).toBe(true);
});

test("the issuer is the authority's name byte for byte, even in encodings that we'd not choose", () => {
  const made = openssl("req -x509 -newkey ed25519 -nodes -keyout /dev/null -subj /CN=a*b/O=Plain -config conf", {
    conf: "[req]\ndistinguished_name=dn\nstring_mask=MASK:0x2002\n[dn]\n",
  });
  const ca = made.output.slice(made.output.indexOf("-----BEGIN CERTIFICATE"));
  const authority = parseAuthority(ca);
  const asked = request({}, { dnsNames: ["a.org"] }, key("P256")).pem;
  const cert = issue(
    { ...parseRequest(asked), uses: [], isCa: false, withSubjectKeyId: false, notBefore, notAfter },
    { key: key("P256"), name: authority.name, keyId: undefined },
  ).pem;
  const { issuer } = decode(decode(new X509Certificate(cert).raw, Certificate).tbsCertificate, TbsCertificate);
  expect(issuer.equals(authority.name)).toBe(true);
});

test("an authority's name is copied as it is written, be its length longer than DER has it", () => {
  const short = distinguishedName({ commonName: "a" });
  const name = Buffer.concat([Uint8Array.of(0x30, 0x82, 0, short.length - 2), short.subarray(2)]);
  const wanted = { subject: name, alternativeNames: undefined, publicKey: publicKeyInfo(key("P256")), uses: [] };
  const { pem } = issue(
    { ...wanted, isCa: true, withSubjectKeyId: false, notBefore, notAfter },
    { key: key("P256"), name, keyId: undefined },
  );
  expect(parseAuthority(pem).name.equals(name)).toBe(true);
  expect(leafOf(pem, key("P256")).raw.includes(name)).toBe(true);
});

test("an authority of version 1, which has no extensions, is read", () => {
  const files = {
    key: privateTexts(key("P256")).privateKeyPem,
    csr: request({ commonName: "v1" }, {}, key("P256")).pem,
  };
  const made = openssl("x509 -req -in csr -key key -days 1", files).output;
  const ca = made.slice(made.indexOf("-----BEGIN CERTIFICATE"));
  expect(openssl("x509 -in ca -noout -text", { ca }).output).toContain("Version: 1");
  const { name, keyId } = parseAuthority(ca);
  expect([name.equals(distinguishedName({ commonName: "v1" })), keyId]).toEqual([true, undefined]);
});

test("requests of openssl's making are read; its other extensions are asked for in vain; a forged one is refused", () => {
  const files = { key: privateTexts(key("RSA")).privateKeyPem };
  const made = openssl(
    "req -new -key key -subj /CN=x -addext subjectAltName=DNS:a.org,email:a@b.org,IP:10.0.0.1 -addext basicConstraints=CA:TRUE",
    files,
  ).output;
  const read = parseRequest(made);
  expect(read.alternativeNames).toEqual(alternativeNames({ dnsNames: ["a.org"], ipAddresses: ["10.0.0.1"] }));
  expect(read.publicKey.equals(publicKeyInfo(key("RSA")))).toBe(true);
  const bytes = Buffer.from(made.replace(/-----.*-----|\n/g, ""), "base64");
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
  expect(() => parseRequest(forged)).toThrow("has a signature that doesn't belong to its key");
});

test("what is no request and no certificate is told, whatever it is", () => {
  const pem = (label: string, bytes: Uint8Array): string =>
    `-----BEGIN ${label}-----\n${Buffer.from(bytes).toString("base64")}\n-----END ${label}-----\n`;
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
      expect(() => parseRequest(pem("CERTIFICATE REQUEST", bytes))).toThrow(/can't be read|too old/);
      expect(() => parseAuthority(pem("CERTIFICATE", bytes))).toThrow("can't be read as a certificate");
    }),
  );
  expect(() => parseRequest(root("P256"))).toThrow('is a PEM block "CERTIFICATE"');
  expect(() => parseAuthority("x")).toThrow("is no PEM block");
});

test("times turn from UTCTime to GeneralizedTime in 2050", () => {
  const subject = distinguishedName({ commonName: "x" });
  const wanted = { subject, alternativeNames: undefined, publicKey: publicKeyInfo(key("P256")), uses: [], isCa: false };
  const period = { notBefore: new Date("2049-12-31T23:59:59Z"), notAfter: new Date("2050-01-01T00:00:00Z") };
  const issuer = { key: key("P256"), name: subject, keyId: undefined };
  const { pem } = issue({ ...wanted, ...period, withSubjectKeyId: false }, issuer);
  const shown = openssl("asn1parse -in cert", { cert: pem }).output;
  expect(shown).toMatch(/UTCTIME +:491231235959Z\n/);
  expect(shown).toMatch(/GENERALIZEDTIME +:20500101000000Z\n/);
});

test("DER lengths, integers and identifiers survive the way through", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70_000, size: "max" }), (bytes) => {
      const written = encode(new OctetString(bytes));
      expect(Buffer.from(decode(written, OctetString).buffer).equals(bytes)).toBe(true);
      expect(() => decode(Buffer.concat([written, Uint8Array.of(0)]), OctetString)).toThrow("more follows");
    }),
    { numRuns: 30 },
  );
  const raw = { issuer: emptyName, subject: emptyName, subjectPublicKeyInfo: publicKeyInfo(key("P256")) };
  const rest = { ...raw, signature: signatureAlgorithm(key("RSA")), validity: new Validity({ notBefore, notAfter }) };
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 1n << 128n }), (serialNumber) => {
      const written = encode(new TbsCertificate({ ...rest, serialNumber }));
      expect(decode(written, TbsCertificate).serialNumber).toBe(serialNumber);
      // SEQUENCE, its length in three bytes at most, INTEGER, its length.
      const at = written.indexOf(0x02, 2);
      expect((written[at + 2] ?? 0) < 0x80).toBe(true);
    }),
  );
  expect(encode(signatureAlgorithm(key("RSA"))).toString("hex")).toBe("300d06092a864886f70d01010b0500");
});

test.each([
  ["192.0.2.1", "c0000201"],
  ["::", "00".repeat(16)],
  ["::1", `${"00".repeat(15)}01`],
  ["2001:db8::ff:1", "20010db800000000000000000" + "0ff0001"],
  ["::ffff:10.1.2.3", `${"00".repeat(10)}ffff0a010203`],
  ["1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
  ["fe80::1%eth0", undefined],
  ["10.1.2", undefined],
  ["a.org", undefined],
])("the address %s is %s", (address, hex) => {
  expect(ipBytes(address)?.toString("hex")).toBe(hex);
});
