import type { Answer } from "./client.ts";
import { limitsText, table, when } from "./table.ts";
import { all, force, type Group, given, limitOptions, limitsOf, path, query } from "./verb.ts";

function stateOf({ revoked_at: revoked, expires_at: expires }: Answer): string {
  if (revoked !== undefined) return `revoked ${when(revoked)}`;
  if (typeof expires !== "string") return "";
  return `${Date.parse(expires) > Date.now() ? "until" : "expired"} ${when(expires)}`;
}

const head = ["id", "tenant", "role", "label", "limits", "last used", "state", "kept in"];
const row = (key: Answer) => [
  String(key.id),
  String(key.tenant),
  String(key.role),
  String(key.label),
  limitsText(key.limits),
  when(key.last_used_at),
  stateOf(key),
  String(key.source),
];
const one = (key: Answer) => table(head, [row(key)]);

export const keys: Group = {
  help: "API keys",
  verbs: {
    list: {
      help: "all of them, never a key itself",
      options: { tenant: { type: "string", takes: "NAME", help: "only those of a tenant" } },
      run: (client, values) => all(client, "/admin/keys", "keys", values, ["tenant"]),
      tell: ({ keys: found }) => table(head, (found as Answer[]).map(row)),
    },
    create: {
      help: "makes one and shows it, this once",
      options: {
        tenant: { type: "string", takes: "NAME", help: "whose it is; it must exist" },
        label: { type: "string", takes: "TEXT", help: "what it is for" },
        role: { type: "string", takes: "ROLE", help: "client, or admin for one that may administer" },
        expires: { type: "string", takes: "TIME", help: "when it ends, e.g. 2027-01-01T00:00:00Z" },
        ...limitOptions,
      },
      run: (client, values) =>
        client("POST", "/admin/keys", {
          ...given(values, { tenant: "tenant", label: "label", role: "role", expires: "expires_at" }),
          ...limitsOf(values),
        }),
      tell: (made) => `The key, shown this once:\n\n  ${made.key}\n\n${one(made)}`,
    },
    show: {
      needs: ["ID"],
      help: "what is known of one",
      run: (client, _values, [id = ""]) => client("GET", path("admin", "keys", id)),
      tell: one,
    },
    limit: {
      needs: ["ID"],
      help: "changes what it may spend and ask, its label or its end",
      options: {
        ...limitOptions,
        label: { type: "string", takes: "TEXT", help: "what it is for" },
        expires: { type: "string", takes: "TIME", help: "when it ends; never takes the end away" },
        ...force,
      },
      run: (client, values, [id = ""]) => {
        const { expires, ...body } = given(values, { label: "label", expires: "expires" });
        const ends = expires === undefined ? {} : { expires_at: expires === "never" ? null : expires };
        const where = path("admin", "keys", id) + query(values, ["force"]);
        return client("PATCH", where, { ...body, ...ends, ...limitsOf(values) });
      },
      tell: one,
    },
    revoke: {
      needs: ["ID"],
      help: "ends it for good, at every router in under a second",
      options: force,
      run: (client, values, [id = ""]) => client("DELETE", path("admin", "keys", id) + query(values, ["force"])),
      tell: one,
    },
  },
};
