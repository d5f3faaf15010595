import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { Validator } from "@seriousme/openapi-schema-validator";
import type { FastifyInstance } from "fastify";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { scratch } from "./money.ts";
import { pair, router as startRouter } from "./support.ts";

interface Answer {
  readonly headers: Readonly<Record<string, object>>;
  readonly content: Readonly<Record<string, { readonly schema: { readonly $ref?: string } }>>;
}

interface Operation {
  readonly operationId: string;
  readonly security: readonly object[];
  readonly responses: Readonly<Record<string, Answer>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Readonly<Record<string, unknown>>>> };
}

/** Without a key. */
async function documentOf({ url }: { readonly url: string }): Promise<Document> {
  const response = await fetch(`${url}/openapi.json`);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toContain("application/json");
  return (await response.json()) as Document;
}

const operationsOf = ({ paths }: Document) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );

test("the document is valid OpenAPI 3.1", async () => {
  const document = await documentOf(await startRouter());
  const validator = new Validator();
  expect(await validator.validate({ ...document })).toMatchObject({ valid: true });
  expect(validator.version).toBe("3.1");
  const broken = { ...document, paths: { "/livez": { get: { responses: "none" } } } };
  expect(await new Validator().validate(broken)).toMatchObject({ valid: false });
});

/** Asks fastify itself which routes it is given, beside the document's own collection. */
function registered(): Set<string> {
  const routes = new Set<string>();
  const hear = (message: unknown) =>
    (message as { fastify: FastifyInstance }).fastify.addHook("onRoute", ({ method, url }) => {
      for (const one of [method].flat()) if (one !== "HEAD") routes.add(`${one} ${url.replace(/:(\w+)/g, "{$1}")}`);
    });
  subscribe("fastify.initialization", hear);
  onTestFinished(() => void unsubscribe("fastify.initialization", hear));
  return routes;
}

test("every route is in the document, and nothing else is", async () => {
  const routes = registered();
  const router = await startRouter();
  const operations = operationsOf(await documentOf(router));
  expect(new Set(operations.map(({ method, path }) => `${method} ${path}`))).toEqual(routes);
  expect(routes.size).toBeGreaterThan(10);
  expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
});

test("the document knows which routes need a key", async () => {
  const router = await startRouter();
  for (const { path, method, operation } of operationsOf(await documentOf(router))) {
    const { status } = await fetch(router.url + path, { method });
    expect({ path, refused: status === 401 }).toEqual({ path, refused: operation.security.length > 0 });
  }
});

const messages = [{ role: "user", content: "hello" }];
const once = { "idempotency-key": "k" };
type Asked = [method: "GET" | "POST", path: string, body?: object | undefined, headers?: Record<string, string>];

const answered: Asked[] = [
  ["POST", "/v1/chat/completions", { model: "openai", messages }, once],
  ["POST", "/v1/chat/completions", { model: "openai", messages }, once],
  ["POST", "/v1/chat/completions", { model: "local", messages, stream: true }],
  ["POST", "/v1/messages", { model: "openai", messages, max_tokens: 5 }],
  ["POST", "/v1/messages", { model: "openai", messages, stream: true }],
  ["POST", "/v1/messages/count_tokens", { model: "openai", messages }],
  ["POST", "/v1/embeddings", { model: "openai/big", input: ["a", "b"] }],
  ["POST", "/v1/embeddings", { model: "openai/big", input: "a", encoding_format: "base64" }],
  ["POST", "/v1/route", { prompt: "hello", preferred_model: "openai" }],
  ["GET", "/v1/models"],
  ["GET", "/v1/costs"],
  ["GET", "/v1/costs", undefined, { accept: "text/csv" }],
  ["GET", "/v1/costs/requests"],
  ["GET", "/v1/costs/requests", undefined, { accept: "text/csv" }],
  ["GET", "/v1/budgets"],
  ["GET", "/health"],
  ["GET", "/livez"],
  ["GET", "/readyz"],
  ["GET", "/metrics"],
  ["GET", "/openapi.json"],
];
const refused: Asked[] = [
  ["POST", "/v1/chat/completions", { model: "openai" }],
  ["POST", "/v1/chat/completions", { model: "nobody", messages }],
  ["POST", "/v1/messages", { model: "nobody", messages }],
  ["POST", "/v1/messages", { model: "openai", messages }, { "x-router-sovereign": "true" }],
  ["POST", "/v1/messages/count_tokens", { model: "openai" }],
  ["POST", "/v1/embeddings", { model: "local/down", input: "a" }],
  ["POST", "/v1/route", { prompt: "hello", preferred_model: "openai" }, { "x-router-region": "elsewhere" }],
  ["GET", "/v1/models", undefined, { authorization: "Bearer none" }],
];

/** What the document says of the answer to a request; fails where it says nothing. */
function answerDoc(document: Document, [method, path]: Asked, status: number): Answer {
  const doc = document.paths[path]?.[method.toLowerCase()]?.responses[status];
  if (!doc) throw new Error(`the document has no ${status} for ${method} ${path}`);
  return doc;
}

/** A check by the document alone, as another program would make it. */
function schemaOf({ components }: Document, schema: { readonly $ref?: string }): z.ZodType {
  const name = schema.$ref?.replace("#/components/schemas/", "");
  return z.fromJSONSchema((name === undefined ? schema : components.schemas[name]) as z.core.JSONSchema.JSONSchema);
}

test("answers and errors have the headers and the form that the document says", async () => {
  const { router } = await pair(
    {},
    {},
    {
      config: {
        ledger: { directory: scratch() },
        backends: { local: { baseUrl: "http://127.0.0.1:9", rehearsal: true, models: ["down"] } },
      },
    },
  );
  const document = await documentOf(router);
  expect(schemaOf(document, { $ref: "#/components/schemas/ChatCompletion" }).safeParse({}).success).toBe(false);
  for (const asked of [...answered, ...refused]) {
    const [method, path, body, headers] = asked;
    const response = method === "GET" ? await router.get(path, headers) : await router.post(path, body, headers);
    const text = await response.text();
    expect(response.ok, `${method} ${path}: ${text}`).toBe(answered.includes(asked));
    const doc = answerDoc(document, asked, response.status);
    const told = [...response.headers.keys()].filter((name) => name.startsWith("x-") && name !== "x-accel-buffering");
    expect(Object.keys(doc.headers)).toEqual(expect.arrayContaining(told));
    const type = response.headers.get("content-type")?.split(";")[0] ?? "";
    const schema = doc.content[type]?.schema;
    if (!schema) throw new Error(`the document has no ${type} for ${method} ${path}`);
    schemaOf(document, schema).parse(type === "application/json" ? JSON.parse(text) : text);
  }
});
