import { z } from "zod";
import { version } from "../../version.ts";
import { BudgetAlert } from "../alerts/index.ts";
import { type ErrorCode, errorTable } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import { openAiWire } from "../wires/openai/index.ts";
import type { DocumentedRoute } from "./collect.ts";
import { type RequestHeader, type ResponseHeader, requestHeaders, responseHeaders } from "./headers.ts";
import { type AnswerDoc, asking, type ErrorDoc, rateHeaders } from "./route-doc.ts";

/** The OpenAPI 3.1 document of these routes. */
export function openApiDocument(routes: readonly DocumentedRoute[]): JsonObject {
  const schemas = new Schemas();
  const paths: Record<string, JsonObject> = {};
  for (const route of routes) {
    const path = route.url.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, path, schemas) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "hybrid-llm router",
      version,
      description: "One API over Gemini, Claude, OpenAI and models of one's own. Each GET may be asked as HEAD, too.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    paths,
    webhooks: { budgetAlert: { post: budgetAlert(schemas) } },
    components: {
      schemas: schemas.named,
      parameters: mapped(requestHeaders, (schema, name) => ({ name, in: "header", ...described(schema) })),
      headers: mapped(responseHeaders, (schema) => described(schema)),
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "hl_<id>_<secret>, as OpenAI's clients send it." },
        apiKey: { type: "apiKey", in: "header", name: "x-api-key", description: "As Anthropic's clients send it." },
        session: { type: "apiKey", in: "cookie", name: "__Host-hybrid-llm", description: "Of the dashboard." },
      },
    },
  };
}

/** What is posted to `budgets.alerts.webhook`. */
function budgetAlert(schemas: Schemas): JsonObject {
  return {
    operationId: "budgetAlert",
    summary: "Tells that a budget is being used up.",
    description:
      "Posted to budgets.alerts.webhook with the headers of the Standard Webhooks specification: webhook-id, which is the same when it is sent again, webhook-timestamp and, where there is a secret, webhook-signature.",
    security: [],
    requestBody: { required: true, content: { "application/json": { schema: schemas.of(BudgetAlert, "output") } } },
    responses: { "2XX": { description: "It was taken. Anything else is sent again." } },
  };
}

function operation(route: DocumentedRoute, path: string, schemas: Schemas): JsonObject {
  const { method, doc } = route;
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => pathParameter(name ?? ""));
  const inHeaders = (doc.requestHeaders ?? []).map((name: RequestHeader) => ref("parameters", name));
  const parameters = [...inPath, ...(doc.query ? queryParameters(doc.query) : []), ...inHeaders];
  return {
    operationId: operationId(method, path),
    summary: doc.summary,
    ...(doc.description === undefined ? {} : { description: doc.description }),
    security: security(route),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(doc.body
      ? { requestBody: { required: true, content: { "application/json": { schema: schemas.of(doc.body, "input") } } } }
      : {}),
    responses: { ...mapped(doc.answers, (answer) => response(answer, schemas)), ...errors(route, schemas) },
  };
}

function security({ open, session }: DocumentedRoute): JsonObject[] {
  if (session) return [{ session: [] }];
  return open ? [] : [{ bearer: [] }, { apiKey: [] }];
}

function response({ description, headers = [], content }: AnswerDoc, schemas: Schemas): JsonObject {
  return {
    description,
    headers: headerRefs(["x-request-id", ...headers]),
    content: mapped(content, (schema) => ({ schema: schemas.of(schema, "output") })),
  };
}

/** One response for each status, with every code that it may have. */
function errors({ doc, open, wire = openAiWire }: DocumentedRoute, schemas: Schemas): JsonObject {
  const common: ErrorDoc[] = open ? ["internal_error"] : ["invalid_request", "unauthorized", "internal_error"];
  const told = [...common, ...(doc.errors ?? [])].flatMap(statusesOf);
  const statuses = [...new Set(told.map(({ status }) => status))].sort((a, b) => a - b);
  // A request that failed says as well who was asked.
  const attempts = Object.values(doc.answers).flatMap(({ headers = [] }) =>
    headers.filter((name) => toldOfAttempts.has(name)),
  );
  const responses = statuses.map((status): [number, JsonObject] => {
    const codes = told.filter((error) => error.status === status).map(({ code }) => code);
    const description = codes.map((code) => `\`${code}\`: ${errorTable[code].when}`).join(" ");
    const headers = [...attempts, ...codes.flatMap((code) => headersOf[code] ?? [])];
    return [status, response({ description, headers, content: { "application/json": wire.errorSchema } }, schemas)];
  });
  return Object.fromEntries(responses);
}

const toldOfAttempts: ReadonlySet<ResponseHeader> = new Set([
  ...asking.answered,
  "x-router-max-output-tokens",
  "x-router-cost-usd",
  ...rateHeaders,
]);

/** What a provider refuses has the provider's status. */
const providersOwn: Partial<Record<ErrorCode, readonly number[]>> = { upstream_rejected: [400, 413, 422] };

const headersOf: Partial<Record<ErrorCode, readonly ResponseHeader[]>> = {
  unauthorized: ["www-authenticate"],
  request_running: ["retry-after"],
  rate_limited: ["retry-after"],
  all_backends_down: ["retry-after"],
};

function statusesOf(error: ErrorDoc): { code: ErrorCode; status: number }[] {
  if (typeof error !== "string") return [error];
  return (providersOwn[error] ?? [errorTable[error].status]).map((status) => ({ code: error, status }));
}

/** Schemas as JSON has them; those with a title stand in one place and are referred to. */
class Schemas {
  readonly named: Record<string, JsonObject> = {};

  of(schema: z.ZodType, io: "input" | "output"): JsonObject {
    const json = jsonSchema(schema, io);
    if (typeof json.title !== "string") return json;
    this.named[json.title] = json;
    return ref("schemas", json.title);
  }
}

function jsonSchema(schema: z.ZodType, io: "input" | "output"): JsonObject {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io });
  return json;
}

/** A header's own description stands beside its schema. */
function described(schema: z.ZodType): JsonObject {
  const { description, ...json } = jsonSchema(schema, "output");
  return { description, schema: json };
}

const ref = (kind: string, name: string): JsonObject => ({ $ref: `#/components/${kind}/${name}` });

const headerRefs = (names: readonly ResponseHeader[]): JsonObject =>
  Object.fromEntries(names.map((name) => [name, ref("headers", name)]));

const pathParameter = (name: string): JsonObject => ({ name, in: "path", required: true, schema: { type: "string" } });

function queryParameters(query: z.ZodObject): JsonObject[] {
  const { properties = {}, required = [] } = jsonSchema(query, "input") as {
    readonly properties?: Readonly<Record<string, JsonObject>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => {
    const told = description === undefined ? {} : { description };
    return { name, in: "query", required: required.includes(name), ...told, schema };
  });
}

/** `POST /v1/chat/completions` is `postV1ChatCompletions`. */
const operationId = (method: string, path: string): string =>
  method.toLowerCase() + path.replace(/[^A-Za-z0-9]+([A-Za-z0-9]?)/g, (_, first: string) => first.toUpperCase());

function mapped<Value>(
  values: Readonly<Record<string, Value>>,
  make: (value: Value, name: string) => JsonObject,
): Record<string, JsonObject> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, make(value, name)]));
}
