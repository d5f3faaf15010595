import type { Workspace } from "../engine/index.ts";

const origins = {
  path: "found on the PATH",
  installed: "from the official installer",
  built: "built from its Go modules",
} as const;

/** What a plan is made with, for the top of every command's output. */
export function header(stack: string, { engine, plugins, backend }: Workspace): string {
  const lines = [
    `stack     ${stack}`,
    `engine    Pulumi ${engine.version}, ${origins[engine.origin]}`,
    `state     ${backend.url}${backend.chosen ? "" : " (ours; PULUMI_BACKEND_URL or a login chooses another)"}`,
    ...plugins.providers.map(({ name, version, origin }) =>
      origin === "offline" ? `OFFLINE PROVIDER: ${name} ${version}` : `provider  ${name} ${version}`,
    ),
  ];
  return `${lines.join("\n")}\n\n`;
}
