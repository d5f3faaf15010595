const formats = new Map<string, Intl.NumberFormat>();

function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options);
  const format = formats.get(key) ?? new Intl.NumberFormat("en-US", options);
  formats.set(key, format);
  return format;
}

const currency = { style: "currency", currency: "USD" } as const;

/** Dollars for a sum: cents, and below a dollar as many places as it takes to see something. */
export function usd(value: number): string {
  const size = Math.abs(value);
  if (size === 0 || size >= 1) return numberFormat(currency).format(value);
  if (size >= 0.1) return numberFormat({ ...currency, maximumFractionDigits: 3 }).format(value);
  return numberFormat({ ...currency, maximumFractionDigits: 9, maximumSignificantDigits: 2 }).format(value);
}

/** Dollars for one request: places in line with those of others. */
export const usdFine = (value: number): string =>
  numberFormat({ ...currency, minimumFractionDigits: 5, maximumFractionDigits: 5 }).format(value);

/** For an axis. */
export function usdShort(value: number): string {
  if (value >= 10_000) return numberFormat({ ...currency, notation: "compact" }).format(value);
  const places = value === 0 || value >= 10 ? 0 : value >= 0.1 ? 2 : undefined;
  if (places === undefined) return usd(value);
  return numberFormat({ ...currency, minimumFractionDigits: places, maximumFractionDigits: places }).format(value);
}

export const count = (value: number): string => numberFormat({}).format(value);

export const percent = (part: number): string =>
  numberFormat({ style: "percent", maximumFractionDigits: part < 0.1 && part > 0 ? 1 : 0 }).format(part);

export function milliseconds(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
}

export function bytes(size: number): string {
  if (size < 1_024) return `${size} B`;
  return size < 1_048_576 ? `${(size / 1_024).toFixed(1)} KiB` : `${(size / 1_048_576).toFixed(1)} MiB`;
}

/** Times in the zone in which the router's days begin. */
export class Clock {
  readonly zone: string;
  readonly #time: Intl.DateTimeFormat;
  readonly #second: Intl.DateTimeFormat;
  readonly #day: Intl.DateTimeFormat;
  readonly #date: Intl.DateTimeFormat;

  constructor(zone: string) {
    this.zone = zone;
    const timeZone = zone;
    const hourCycle = "h23";
    this.#time = new Intl.DateTimeFormat("en-GB", { timeZone, hourCycle, hour: "2-digit", minute: "2-digit" });
    this.#second = new Intl.DateTimeFormat("en-GB", { timeZone, hourCycle, timeStyle: "medium" });
    this.#day = new Intl.DateTimeFormat("en-GB", { timeZone, weekday: "short", day: "numeric", month: "short" });
    this.#date = new Intl.DateTimeFormat("en-GB", { timeZone, day: "numeric", month: "short" });
  }

  time = (at: number): string => this.#time.format(at);
  second = (at: number): string => this.#second.format(at);
  day = (at: number): string => this.#day.format(at);
  date = (at: number): string => this.#date.format(at);

  /** The time, with the day where that is another than today. */
  moment(at: number, now: number): string {
    const [day, today] = [this.day(at), this.day(now)];
    return day === today ? this.time(at) : `${day}, ${this.time(at)}`;
  }
}
