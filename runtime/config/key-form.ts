const keyPattern = /^hl_([A-Za-z0-9]{4,32})_([A-Za-z0-9_-]{20,})$/;

/** The id within a key's text, or undefined where it isn't one of our keys. */
export function keyIdOf(key: string): string | undefined {
  return keyPattern.exec(key)?.[1];
}

/** Headers that a client may show its key in: OpenAI's clients the first, Anthropic's the second. */
export interface KeyHeaders {
  readonly authorization: string | undefined;
  readonly apiKey: string | undefined;
}

/** What a client shows as its key; empty where it is not shown as it should be, undefined where it shows none. */
export function shownKey({ authorization, apiKey }: KeyHeaders): string | undefined {
  const given = authorization ?? apiKey;
  if (given === undefined || given === "") return undefined;
  return authorization ? (/^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? "") : given;
}

/** Why a key is refused, in the words that a client gets wherever it is looked at. */
export const keyRefusals = {
  missing: "No API key was given; send it as `Authorization: Bearer hl_<id>_<secret>` or `x-api-key: ...`.",
  unknown: "The API key is not known here; check it, or ask for a new one.",
} as const;
