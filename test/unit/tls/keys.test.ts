import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import {
  generateKey,
  type KeyWanted,
  parseOpensshPrivateKey,
  parsePrivateKey,
  privateTexts,
  publicKeyInfo,
  publicTexts,
} from "../../../tools/offline/tls/keys.ts";
import { keyIdentifier } from "../../../tools/offline/tls/signing.ts";
import { hasSshKeygen, openssl, withFiles } from "./openssl.ts";

const kinds: readonly (readonly [string, KeyWanted, string])[] = [
  ["RSA 2048", { algorithm: "RSA", rsaBits: 2048 }, "RSA PRIVATE KEY"],
  ["RSA 3072", { algorithm: "RSA", rsaBits: 3072 }, "RSA PRIVATE KEY"],
  ["P224", { algorithm: "ECDSA", curve: "P224" }, "EC PRIVATE KEY"],
  ["P256", { algorithm: "ECDSA", curve: "P256" }, "EC PRIVATE KEY"],
  ["P384", { algorithm: "ECDSA", curve: "P384" }, "EC PRIVATE KEY"],
  ["P521", { algorithm: "ECDSA", curve: "P521" }, "EC PRIVATE KEY"],
  ["ED25519", { algorithm: "ED25519" }, "PRIVATE KEY"],
];

describe.each(kinds)("%s", (name, wanted, label) => {
  test("openssl reads the private forms and finds the same public key in them", async () => {
    const key = await generateKey(wanted);
    const { privateKeyPem, privateKeyPemPkcs8 } = privateTexts(key);
    const { publicKeyPem } = publicTexts(key);
    expect(privateKeyPem.startsWith(`-----BEGIN ${label}-----\n`)).toBe(true);
    expect(privateKeyPemPkcs8.startsWith("-----BEGIN PRIVATE KEY-----\n")).toBe(true);
    for (const pem of [privateKeyPem, privateKeyPemPkcs8]) {
      expect(openssl("pkey -in key -check -noout", { key: pem }).ok).toBe(true);
      expect(openssl("pkey -in key -pubout", { key: pem }).output).toBe(publicKeyPem);
      expect(privateTexts(parsePrivateKey(pem))).toMatchObject({ privateKeyPem, privateKeyPemPkcs8 });
      expect(parsePrivateKey(`some text before\n${pem}`)).toMatchObject({ algorithm: wanted.algorithm });
    }
  });

  test.skipIf(!hasSshKeygen)("ssh-keygen agrees with the OpenSSH forms and the fingerprints", async () => {
    const key = await generateKey(wanted);
    const { privateKeyOpenssh } = privateTexts(key);
    const texts = publicTexts(key);
    if (name === "P224") {
      expect([privateKeyOpenssh, texts.publicKeyOpenssh, texts.publicKeyFingerprintMd5]).toEqual(["", "", ""]);
      return;
    }
    const files = { key: privateKeyOpenssh, "key.pub": texts.publicKeyOpenssh };
    expect(withFiles("ssh-keygen", ["-y", "-f", "key"], { key: privateKeyOpenssh }).output).toBe(
      texts.publicKeyOpenssh,
    );
    expect(withFiles("ssh-keygen", ["-l", "-f", "key.pub"], files).output).toContain(
      ` ${texts.publicKeyFingerprintSha256} `,
    );
    expect(withFiles("ssh-keygen", ["-l", "-E", "md5", "-f", "key.pub"], files).output).toContain(
      ` MD5:${texts.publicKeyFingerprintMd5} `,
    );
    expect(publicTexts(parseOpensshPrivateKey(privateKeyOpenssh))).toEqual(texts);
  });

  test("the key identifier is the one that openssl computes", async () => {
    const key = await generateKey(wanted);
    const made = openssl("req -x509 -key key -subj /CN=x -addext subjectKeyIdentifier=hash", {
      key: privateTexts(key).privateKeyPem,
    });
    const shown = openssl("x509 -in cert -noout -ext subjectKeyIdentifier", { cert: made.output }).output;
    const id = keyIdentifier(publicKeyInfo(key)).toString("hex").toUpperCase();
    expect(shown).toContain(id.match(/../g)?.join(":"));
  });
});

test.skipIf(!hasSshKeygen)("keys of ssh-keygen's own making are read, one with a passphrase is refused", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "ssh-"));
  try {
    const make = (type: string, passphrase: string) => {
      const file = path.join(folder, `${type}${passphrase}`);
      const { ok, output } = withFiles("ssh-keygen", ["-q", "-t", type, "-N", passphrase, "-C", "", "-f", file], {});
      expect(ok, output).toBe(true);
      return { privateKey: readFileSync(file, "utf8"), publicKey: readFileSync(`${file}.pub`, "utf8") };
    };
    for (const type of ["rsa", "ecdsa", "ed25519"]) {
      const { privateKey, publicKey } = make(type, "");
      expect(publicTexts(parseOpensshPrivateKey(privateKey)).publicKeyOpenssh.trim()).toBe(publicKey.trim());
    }
    expect(() => parseOpensshPrivateKey(make("ed25519", "secret").privateKey)).toThrow("is encrypted");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("what is no OpenSSH key, or a cut one, is told", async () => {
  const { privateKeyOpenssh } = privateTexts(await generateKey({ algorithm: "ED25519" }));
  expect(() => parseOpensshPrivateKey(privateKeyOpenssh.replace(/\n.{64}\n/, "\n"))).toThrow(/OpenSSH|cut|damaged/);
  expect(() => parseOpensshPrivateKey("x")).toThrow('is no PEM block "OPENSSH PRIVATE KEY"');
});

test.each([
  ["", "is no PEM block"],
  ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", 'is a PEM block "CERTIFICATE"'],
  ["-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n", "can't be read as a private key"],
])("what is no private key is told: %j", (text, message) => {
  expect(() => parsePrivateKey(text)).toThrow(message);
});

test.each([
  ["genpkey -algorithm X25519", "is a key for x25519; allowed are RSA, ECDSA, ED25519"],
  ["genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1", "is on the curve secp256k1; allowed are P224"],
])("a key of a kind that the official provider doesn't know is told: %s", (command, message) => {
  const pem = openssl(command).output;
  expect(() => parsePrivateKey(pem.slice(pem.indexOf("-----BEGIN")))).toThrow(message);
});
