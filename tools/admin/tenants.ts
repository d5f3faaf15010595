import type { Answer } from "./client.ts";
import { limitsText, table, when } from "./table.ts";
import {
  budgetOf,
  budgetOptions,
  force,
  type Group,
  limitOptions,
  limitsOf,
  path,
  query,
  type Values,
  type Verb,
} from "./verb.ts";

const head = ["name", "limits", "rules", "made", "kept in"];
const row = (tenant: Answer) => [
  String(tenant.name),
  limitsText(tenant.limits),
  [
    ...(tenant.sovereign ? ["sovereign"] : []),
    ...(tenant.disabled_at === undefined ? [] : [`disabled ${when(tenant.disabled_at)}`]),
  ].join(", "),
  when(tenant.created_at),
  String(tenant.source),
];
const one = (tenant: Answer) => table(head, [row(tenant)]);

const sovereign = { type: "boolean", help: "its requests stay on backends of our own" } as const;
const rules = (values: Values) => (values.sovereign === undefined ? {} : { sovereign: values.sovereign });
const switched = (disabled: boolean): Verb => ({
  needs: ["NAME"],
  help: disabled ? "refuses all of its keys until it is enabled" : "its keys are good again",
  options: force,
  run: (client, values, [name = ""]) =>
    client("PATCH", path("admin", "tenants", name) + query(values, ["force"]), { disabled }),
  tell: one,
});

export const tenants: Group = {
  help: "whose the keys are",
  verbs: {
    list: {
      help: "all of them",
      run: (client) => client("GET", "/admin/tenants"),
      tell: ({ tenants: found }) => table(head, (found as Answer[]).map(row)),
    },
    create: {
      needs: ["NAME"],
      help: "makes one",
      options: { sovereign, ...limitOptions },
      run: (client, values, [name]) =>
        client("POST", "/admin/tenants", { name, ...rules(values), ...limitsOf(values) }),
      tell: one,
    },
    show: {
      needs: ["NAME"],
      help: "what is known of one",
      run: (client, _values, [name = ""]) => client("GET", path("admin", "tenants", name)),
      tell: one,
    },
    limit: {
      needs: ["NAME"],
      help: "changes what its keys may spend and ask together",
      options: { sovereign, ...limitOptions },
      run: (client, values, [name = ""]) =>
        client("PATCH", path("admin", "tenants", name), { ...rules(values), ...limitsOf(values) }),
      tell: one,
    },
    disable: switched(true),
    enable: switched(false),
    "forget-answers": {
      needs: ["NAME"],
      help: "forgets what it was answered: cached answers, and replays of idempotency keys",
      options: { force: { type: "boolean", help: "also of a tenant that is not known any more" } },
      run: (client, values, [name = ""]) =>
        client("DELETE", path("admin", "tenants", name, "answers") + query(values, ["force"])),
      tell: ({ tenant, at }) =>
        `${tenant}: its answers are forgotten ${at === "stack" ? "at every router of the stack" : "by this router process; ask each other one, too"}\n`,
    },
    delete: {
      needs: ["NAME"],
      help: "disables it and revokes its keys for good",
      options: force,
      run: (client, values, [name = ""]) => client("DELETE", path("admin", "tenants", name) + query(values, ["force"])),
      tell: one,
    },
  },
};

export const budgets: Group = {
  help: "what may be spent",
  verbs: {
    show: {
      help: "limits, and what was spent of them",
      run: (client) => client("GET", "/v1/budgets"),
      tell: ({ budgets: found }) =>
        table(
          ["scope", "day", "week", "month"],
          (found as Answer[]).map((budget) => [
            String(budget.scope),
            ...["day", "week", "month"].map((period) => spentOf(budget[period] as Period)),
          ]),
        ),
    },
    set: {
      needs: ["SCOPE"],
      help: "of tenant:<name> or key:<id>, as a whole",
      options: budgetOptions,
      run: (client, values, [scope = ""]) => client("PUT", path("v1", "budgets", scope), budgetOf(values)),
      tell: ({ scope, budget }) => `${scope}: ${limitsText({ budget }) || "no budget"}\n`,
    },
  },
};

type Period = { readonly limit?: { readonly usd: number }; readonly spent: { readonly usd: number } };

const spentOf = ({ spent, limit }: Period): string =>
  `$${spent.usd.toFixed(2)}${limit === undefined ? "" : ` of $${limit.usd}`}`;
