import { fromPem } from "./pem.ts";

/** The message is fit to be shown. */
export class CertificateError extends Error {
  override readonly name: string = "CertificateError";
}

/** The content of a PEM block with one of these labels (the first is the one to use); `what` should be in it. */
export function derOf(pem: string, labels: readonly [string, ...string[]], what: string): Buffer {
  const block = fromPem(pem);
  if (block === undefined) throw new CertificateError(`is no PEM block; a ${what} is expected`);
  if (!labels.includes(block.label)) {
    throw new CertificateError(`is a PEM block "${block.label}"; "${labels[0]}" is expected`);
  }
  return block.der;
}
