import type { Answer } from "./client.ts";
import { table } from "./table.ts";
import { all, type Group, path, query } from "./verb.ts";

const told = ({ backend, why, generation, checked }: Answer): string => {
  if (why !== undefined) return `${backend}: ${why}\n`;
  return `${backend}: in use, rotated ${generation} times${checked ? "; the provider takes the key" : ""}\n`;
};

export const backends: Group = {
  help: "keys of providers",
  verbs: {
    revoke: {
      needs: ["NAME"],
      help: "stops its use at every router in under a second",
      run: (client, _values, [name = ""]) => client("POST", path("admin", "backends", name, "revoke")),
      tell: told,
    },
    rotate: {
      needs: ["NAME"],
      help: "reads it again from where it is kept, checks and uses it; lifts a revocation",
      options: {
        check: { type: "string", takes: "false", help: "take it without asking the provider" },
        force: { type: "boolean", help: "the key that was revoked is good again" },
      },
      run: (client, values, [name = ""]) =>
        client("POST", path("admin", "backends", name, "rotate") + query(values, ["check", "force"])),
      tell: told,
    },
  },
};

export const audit: Group = {
  help: "who did what, and who was refused",
  verbs: {
    list: {
      help: "latest first",
      options: {
        by: { type: "string", takes: "ID", help: "only what this key did" },
        action: { type: "string", takes: "ACTION", help: "only this, e.g. key.create" },
        outcome: { type: "string", takes: "OUTCOME", help: "only this: ok, forbidden, unauthorized ..." },
        limit: { type: "string", takes: "N", help: "so many; 100 by default, all for everything" },
      },
      run: (client, values) =>
        values.limit === "all"
          ? all(client, "/admin/audit", "entries", values, ["by", "action", "outcome"])
          : client("GET", `/admin/audit${query(values, ["by", "action", "outcome", "limit"])}`),
      tell: ({ entries }) =>
        table(
          ["at", "by", "action", "object", "outcome", "request"],
          (entries as Answer[]).map((entry) => [
            String(entry.at).slice(0, 19).replace("T", " "),
            String(entry.by) || "unknown",
            String(entry.action),
            String(entry.object),
            String(entry.outcome),
            String(entry.request_id),
          ]),
        ),
    },
  },
};
