import { type Authority as Issuing, issue, parseAuthority } from "../offline/tls/certificates.ts";
import { generateKey, type PrivateKey, privateTexts, publicKeyInfo } from "../offline/tls/keys.ts";
import { alternativeNames, distinguishedName } from "../offline/tls/names.ts";

/** A certificate and its key, in PEM. */
export interface Credentials {
  readonly certificate: string;
  readonly key: string;
}

export interface Wanted {
  readonly commonName: string;
  readonly organization?: string;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
}

const days = 30;

/** A certificate authority of one cluster's own. Its key is never written. */
export class Authority {
  readonly certificate: string;
  readonly #key: PrivateKey;
  readonly #issuing: Issuing;

  private constructor(certificate: string, key: PrivateKey) {
    this.certificate = certificate;
    this.#key = key;
    this.#issuing = parseAuthority(certificate);
  }

  static async make(commonName: string): Promise<Authority> {
    const key = await newKey();
    const subject = distinguishedName({ commonName });
    const uses = ["cert_signing", "crl_signing", "digital_signature"];
    const wanted = { subject, alternativeNames: undefined, publicKey: publicKeyInfo(key), uses, isCa: true };
    const { pem } = issue(
      { ...wanted, ...validity(), withSubjectKeyId: true },
      { key, name: subject, keyId: undefined },
    );
    return new Authority(pem, key);
  }

  async issue({ commonName, organization, ...names }: Wanted): Promise<Credentials> {
    const key = await newKey();
    const { pem } = issue(
      {
        subject: distinguishedName({ commonName, ...(organization === undefined ? {} : { organization }) }),
        alternativeNames: alternativeNames(names),
        publicKey: publicKeyInfo(key),
        uses: ["digital_signature", "key_encipherment", "server_auth", "client_auth"],
        isCa: false,
        withSubjectKeyId: false,
        ...validity(),
      },
      { key: this.#key, name: this.#issuing.name, keyId: this.#issuing.keyId },
    );
    return { certificate: pem, key: privateTexts(key).privateKeyPem };
  }
}

export const newKey = (): Promise<PrivateKey> => generateKey({ algorithm: "ECDSA", curve: "P256" });

/** From an hour ago: clocks differ. */
function validity(): { notBefore: Date; notAfter: Date } {
  const now = Math.floor(Date.now() / 1000) * 1000;
  return { notBefore: new Date(now - 3_600_000), notAfter: new Date(now + days * 86_400_000) };
}
