import type { ReadContext } from "../../../tools/provider/index.ts";

/** What the core gives to a resource's operations; what is logged is kept. */
export function contextOf(warnings: string[] = []): ReadContext {
  const ignore = (): void => undefined;
  return {
    urn: "urn:pulumi:test::test::machine:index:Service::test",
    name: "test",
    type: "machine:index:Service",
    timeout: 0,
    signal: new AbortController().signal,
    importing: false,
    log: { debug: ignore, info: ignore, warn: (message) => warnings.push(message), error: ignore, status: ignore },
  };
}
