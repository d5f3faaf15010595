import type { Signature } from "../../chat/index.ts";

const geminiMark = "gemini:";

/** This wire has one kind of signature: another provider's goes through the client under a mark. */
export function signatureText({ by, value }: Signature): string {
  return by === "gemini" ? geminiMark + value : value;
}

/** @returns undefined for a thought that nobody signed */
export function signatureOf(text: string): Signature | undefined {
  if (text === "") return undefined;
  if (text.startsWith(geminiMark)) return { by: "gemini", value: text.slice(geminiMark.length) };
  return { by: "claude", value: text };
}
