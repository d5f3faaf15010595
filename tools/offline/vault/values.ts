/** Arguments of a resource, as they are given to Vault or read from it. */
export type Inputs = Readonly<Record<string, unknown>>;

/** A path without slashes at its ends. */
export const trimmed = (value: unknown): string => String(value ?? "").replace(/^\/+|\/+$/g, "");

/** What every call about a resource has. */
export const within = ({ namespace }: Inputs, signal: AbortSignal) => ({
  namespace: namespace as string | undefined,
  signal,
});

/** `boundServiceAccountNames` as Vault's API has it. */
export const snake = (name: string): string =>
  name.replaceAll(/[A-Z]|(?<=[a-z])(?=\d)/g, (letter) => `_${letter.toLowerCase()}`);

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of `1h30m`, `90`; `undefined` for what is no duration. */
export function seconds(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  if (!/^(\d+[smhd])+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+)([smhd])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ""] ?? 0),
    0,
  );
}

/** Whether Vault means the same by `live` as a program by `given`: durations come back as seconds, lists in any order. */
export function sameValue(given: unknown, live: unknown): boolean {
  if (given === live) return true;
  if (typeof given === "string" && typeof live === "number") return seconds(given) === live;
  if (typeof given === "number" && typeof live === "string") return seconds(live) === given;
  if (typeof given === "string" && typeof live === "string") {
    const [a, b] = [seconds(given), seconds(live)];
    return given.trim() === live.trim() || (a !== undefined && a === b);
  }
  if (Array.isArray(given) && Array.isArray(live)) {
    const rest = [...live];
    return (
      given.length === live.length &&
      given.every((part: unknown) => {
        const at = rest.findIndex((other) => sameValue(part, other));
        if (at >= 0) rest.splice(at, 1);
        return at >= 0;
      })
    );
  }
  if (isObject(given) && isObject(live)) {
    return (
      Object.keys(given).length === Object.keys(live).length &&
      Object.entries(given).every(([key, value]) => key in live && sameValue(value, live[key]))
    );
  }
  // Options are text in Vault.
  return String(given) === String(live) && typeof given !== "object";
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
