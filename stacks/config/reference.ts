import { z } from "zod";
import { AirgapStack, CloudStack, ClusterStack, LocalStack } from "./kinds.ts";

/** The part of JSON Schema that Zod writes. */
interface Schema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly format?: string;
}

interface Row {
  readonly path: string;
  readonly allowed: string;
  readonly fallback: string;
  readonly description: string;
}

/** The configuration reference: a table of every key, for each kind of stack, in Markdown. */
export function configurationReference(): string {
  const kinds = [LocalStack, ClusterStack, CloudStack, AirgapStack].map(
    (type) => z.toJSONSchema(type, { io: "input", unrepresentable: "any", reused: "inline" }) as Schema,
  );
  const shared = new Map<string, number>();
  const tables = kinds.map((schema) => ({ schema, rows: rowsOf(schema, "") }));
  for (const { rows } of tables) for (const row of rows) shared.set(keyOf(row), (shared.get(keyOf(row)) ?? 0) + 1);
  const everywhere = (row: Row) => shared.get(keyOf(row)) === kinds.length;
  const common = tables[0]?.rows.filter(everywhere) ?? [];
  const inClusters = (row: Row) => !everywhere(row) && shared.get(keyOf(row)) === kinds.length - 1;
  const clusters = tables[1]?.rows.filter(inClusters) ?? [];
  return [
    "# Configuration reference",
    "",
    "Generated from the schema by `npm run schema`; do not edit. Keys of `hybrid-llm:stack` in `Pulumi.<stack>.yaml`.",
    "`*` stands for a name of your own, `[]` for each entry of a list.",
    "",
    ...section("Every stack", "", common),
    ...section("Stacks of clusters", "The kinds `cluster`, `cloud` and `airgap`.", clusters),
    ...tables.flatMap(({ schema, rows }) =>
      section(
        `Kind \`${schema.title}\``,
        schema.description ?? "",
        rows.filter((row) => !everywhere(row) && !inClusters(row)),
      ),
    ),
  ].join("\n");
}

function section(title: string, text: string, rows: readonly Row[]): string[] {
  return [
    `## ${title}`,
    "",
    ...(text ? [text, ""] : []),
    "| key | allowed | default | what |",
    "|---|---|---|---|",
    ...rows.map(
      ({ path, allowed, fallback, description }) => `| \`${path}\` | ${allowed} | ${fallback} | ${description} |`,
    ),
    "",
  ];
}

const keyOf = (row: Row): string => JSON.stringify(row);

function rowsOf(schema: Schema, path: string, required = false): Row[] {
  const inner = childrenOf(schema, path);
  const leaf = inner.length === 0 || schema.description || schema.anyOf || schema.oneOf;
  const own: Row = {
    path,
    allowed: cell(allowedOf(schema)),
    fallback: required
      ? "required"
      : schema.default === undefined || inner.length > 0
        ? ""
        : cell(`\`${JSON.stringify(schema.default)}\``),
    description: cell(schema.description ?? ""),
  };
  return [...(leaf && path !== "" ? [own] : []), ...inner];
}

function childrenOf(schema: Schema, path: string): Row[] {
  const at = (key: string) => (path === "" ? key : `${path}.${key}`);
  const branches = (schema.oneOf ?? schema.anyOf ?? []).flatMap((branch) => childrenOf(branch, path));
  const properties = Object.entries(schema.properties ?? {}).flatMap(([key, value]) =>
    rowsOf(value, at(key), schema.required?.includes(key) && value.default === undefined),
  );
  const values = typeof schema.additionalProperties === "object" ? rowsOf(schema.additionalProperties, at("*")) : [];
  const items = schema.items ? childrenOf(schema.items, `${path}[]`) : [];
  return merged([...branches, ...properties, ...values, ...items]);
}

/** A key that several branches of a union have is one row that allows what any of them allows. */
function merged(rows: readonly Row[]): Row[] {
  const byPath = new Map<string, Row>();
  for (const row of rows) {
    const first = byPath.get(row.path);
    if (!first) byPath.set(row.path, row);
    else if (!first.allowed.split(", ").includes(row.allowed)) {
      byPath.set(row.path, { ...first, allowed: `${first.allowed}, ${row.allowed}` });
    }
  }
  return [...byPath.values()];
}

function allowedOf(schema: Schema): string {
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(", ");
  const branches = schema.oneOf ?? schema.anyOf;
  if (branches) return [...new Set(branches.map(allowedOf))].join(" or ");
  if (schema.type === "array") return `list of ${schema.items ? allowedOf(schema.items) : "values"}`;
  if (schema.type === "integer" || schema.type === "number") return `${schema.type}${boundsOf(schema)}`;
  if (schema.type === "string" && schema.format) return schema.format;
  if (schema.type === "object") {
    const kind = Object.values(schema.properties ?? {}).find(({ const: value }) => value !== undefined);
    return kind ? `{… \`${String(kind.const)}\`}` : "object";
  }
  return schema.type ?? "any";
}

function boundsOf({ minimum, maximum }: Schema): string {
  const upper = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined;
  if (minimum !== undefined && upper !== undefined) return ` ${minimum}–${upper}`;
  if (minimum !== undefined) return ` ≥ ${minimum}`;
  return upper === undefined ? "" : ` ≤ ${upper}`;
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");
