import type { webcrypto } from "node:crypto";
import { type Bytes, joined, utf8 } from "./bytes.ts";

const salt = utf8("hybrid-llm edge");
const ivBytes = 12;

/**
 * Who holds an API key: what is kept for them is named and encrypted with keys that are derived from it (HKDF, RFC 5869),
 * and neither found nor read by anybody else. An API key's secret is random, so there is nothing to guess.
 */
export class Holder {
  readonly #naming: webcrypto.CryptoKey;
  readonly #sealing: webcrypto.CryptoKey;

  private constructor(naming: webcrypto.CryptoKey, sealing: webcrypto.CryptoKey) {
    this.#naming = naming;
    this.#sealing = sealing;
  }

  static async of(apiKey: string): Promise<Holder> {
    const material = await crypto.subtle.importKey("raw", utf8(apiKey), "HKDF", false, ["deriveKey"]);
    const derived = (purpose: string) => ({ name: "HKDF", hash: "SHA-256", salt, info: utf8(purpose) });
    const naming = { name: "HMAC", hash: "SHA-256", length: 256 };
    const sealing = { name: "AES-GCM", length: 256 };
    return new Holder(
      await crypto.subtle.deriveKey(derived("names"), material, naming, false, ["sign"]),
      await crypto.subtle.deriveKey(derived("answers"), material, sealing, false, ["encrypt", "decrypt"]),
    );
  }

  /** HMAC-SHA-256 over all of it, 64 hexadecimal digits. */
  async name(told: readonly (string | null)[], body: Bytes = new Uint8Array()): Promise<string> {
    const all = joined([utf8(`${JSON.stringify(told)}\n`), body]);
    const signed = await crypto.subtle.sign("HMAC", this.#naming, all);
    return [...new Uint8Array(signed)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  async seal(name: string, content: Bytes): Promise<Bytes> {
    const iv = crypto.getRandomValues(new Uint8Array(ivBytes));
    return joined([iv, new Uint8Array(await crypto.subtle.encrypt(gcm(iv, name), this.#sealing, content))]);
  }

  /** @throws Error where it was sealed under another name, by somebody else, or changed since */
  async open(name: string, sealed: Bytes): Promise<Bytes> {
    const [iv, content] = [sealed.subarray(0, ivBytes), sealed.subarray(ivBytes)];
    return new Uint8Array(await crypto.subtle.decrypt(gcm(iv, name), this.#sealing, content));
  }
}

const gcm = (iv: Bytes, name: string) => ({ name: "AES-GCM", iv, additionalData: utf8(name) });
