/** A time as milliseconds since 1970. */
export const ms = (column: string): string => `(extract(epoch from ${column}) * 1000)::float8`;

export const time = (value: unknown): number | undefined => (value === null ? undefined : Math.round(Number(value)));
export const text = (value: unknown): string | undefined => (value === null ? undefined : String(value));
export const roleOf = (value: unknown): "client" | "admin" => (value === "admin" ? "admin" : "client");
