/**
 * Money inside of the router: whole nano-dollars (1 US dollar is 1,000,000,000). A number holds nine million dollars of
 * them exactly. Dollars with a fraction exist where people write and read them only: configuration, headers, reports.
 */
export type Nanos = number;

/** Prices of a single token, byte or millisecond: whole pico-dollars (1 nano-dollar is 1,000). */
export type Picos = number;

const nanosPerDollar = 1_000_000_000;
const picosPerNano = 1_000;

/** A million dollars: the most that one amount can be, so that thousands of them can be added. */
export const largestAmount: Nanos = 1_000_000 * nanosPerDollar;

/**
 * From dollars as a person writes them, to the nearest nano-dollar.
 *
 * @throws RangeError outside of 0 to a million
 */
export function fromDollars(dollars: number): Nanos {
  return checked(Math.round(dollars * nanosPerDollar));
}

/** For people and JSON numbers, which have 15 exact digits: fit to show, not to add. */
export const toDollars = (amount: Nanos): number => amount / nanosPerDollar;

/**
 * As decimal text, exact in its digits: half a unit of the last place is rounded up.
 *
 * @example formatDollars(12_345_678_499) // "12.345678"
 */
export function formatDollars(amount: Nanos, places = 6): string {
  const unit = 10 ** (9 - places);
  const units = Math.floor(amount / unit) + (amount % unit >= unit / 2 ? 1 : 0);
  const perDollar = 10 ** places;
  const fraction = String(units % perDollar).padStart(places, "0");
  return places === 0 ? String(units) : `${Math.floor(units / perDollar)}.${fraction}`;
}

/** As JSON has it: fit to show, and the same fit to add. */
export const amountJson = (amount: Nanos) => ({ usd: toDollars(amount), exact: formatDollars(amount, 9) });

/**
 * The other direction of `formatDollars`, exact; at most 9 places.
 *
 * @throws RangeError for any other text
 */
export function parseDollars(text: string): Nanos {
  const match = /^(\d{1,7})(?:\.(\d{1,9}))?$/.exec(text);
  if (!match) throw new RangeError(`${JSON.stringify(text)} is no amount of dollars`);
  return checked(Number(match[1]) * nanosPerDollar + Number((match[2] ?? "").padEnd(9, "0")));
}

/** The unit price of list prices: dollars per million tokens. Rounded up to a pico-dollar, but for noise of binary. */
export function perMillion(dollars: number): Picos {
  return Math.ceil(Number((dollars * 1_000_000).toPrecision(15)));
}

/** Dollars per hour as a price of milliseconds, rounded up. */
export function perHour(dollars: number): Picos {
  return Math.ceil((dollars * nanosPerDollar * picosPerNano) / 3_600_000);
}

/**
 * Rounded up: whoever is billed in small pieces is never billed too little. Above 9,007 dollars a number doesn't hold
 * single pico-dollars any more, and the amount is up to 10 nano-dollars too high.
 *
 * @returns at most `largestAmount`
 */
export function fromPicos(picos: Picos): Nanos {
  const exact = picos <= Number.MAX_SAFE_INTEGER;
  return Math.min(largestAmount, Math.ceil(picos / picosPerNano) + (exact ? 0 : 10));
}

/**
 * Any amount that comes from outside of this folder.
 *
 * @throws RangeError where it isn't a whole number from 0 to a million dollars
 */
export function checked(amount: Nanos): Nanos {
  if (Number.isSafeInteger(amount) && amount >= 0 && amount <= largestAmount) return amount;
  throw new RangeError(`${amount} is no amount: whole nano-dollars from 0 to ${largestAmount}`);
}
