/**
 * Whether collectors can take a number and show it. Clients and providers may write 1e400, which is read as infinite: one
 * such value and a histogram's sum is infinite for good, and Jaeger shows no list of traces that this one is in.
 */
export const isPresentable = (value: number): boolean => Math.abs(value) <= Number.MAX_SAFE_INTEGER;
