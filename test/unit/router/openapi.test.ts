import { fastify } from "fastify";
import { expect, test } from "vitest";
import { z } from "zod";
import { errorTable } from "../../../runtime/router/errors.ts";
import { collectRoutes, type DocumentedRoute, openApiDocument } from "../../../runtime/router/openapi/index.ts";
import { anthropicWire } from "../../../runtime/router/wires/anthropic/index.ts";
import { openAiWire } from "../../../runtime/router/wires/openai/index.ts";

const doc = { summary: "A test's.", answers: { 200: { description: "Yes.", content: { "text/plain": z.string() } } } };
const route = (more: Partial<DocumentedRoute> = {}): DocumentedRoute => ({
  method: "GET",
  url: "/things",
  open: false,
  wire: openAiWire,
  doc,
  ...more,
});

interface Content {
  readonly content: Record<string, { schema: object }>;
}

interface Operation {
  readonly security: object[];
  readonly requestBody: Content;
  readonly responses: Record<string, Content & { readonly description: string }>;
}

/** The only one of a document, with where it stands. */
function operationOf(one: DocumentedRoute) {
  const { paths } = openApiDocument([one]) as { paths: Record<string, Record<string, Operation>> };
  const [path = "", methods = {}] = Object.entries(paths)[0] ?? [];
  const [method = "", operation] = Object.entries(methods)[0] ?? [];
  if (!operation) throw new Error("the document is empty");
  return { path, method, ...operation };
}

const jsonOf = (one: Content | undefined) => one?.content["application/json"]?.schema;

test("a route that says nothing of itself can't be registered", () => {
  const app = fastify();
  collectRoutes(app);
  expect(() => app.get("/forgotten", async () => "")).toThrow("GET /forgotten has no doc");
  expect(() => app.get("/known", { config: { doc } }, async () => "")).not.toThrow();
});

test("a route's parameters stand in its path", () => {
  expect(operationOf(route({ url: "/admin/keys/:id/uses", method: "DELETE" }))).toMatchObject({
    path: "/admin/keys/{id}/uses",
    method: "delete",
    operationId: "deleteAdminKeysIdUses",
    parameters: [{ name: "id", in: "path", required: true }],
  });
});

test("a route's query is parameters, each as it is written, with its description beside it", () => {
  const query = z.strictObject({
    limit: z.coerce.number().int().max(9).default(3).meta({ description: "At most." }),
    name: z.string().transform((text) => text.length),
  });
  expect(operationOf(route({ doc: { ...doc, query } }))).toMatchObject({
    parameters: [
      { name: "limit", in: "query", required: false, description: "At most.", schema: { type: "integer", maximum: 9 } },
      { name: "name", in: "query", required: true, schema: { type: "string" } },
    ],
  });
});

test("a route needs a key unless it is open", () => {
  expect(operationOf(route())).toMatchObject({ security: [{ bearer: [] }, { apiKey: [] }], responses: { 401: {} } });
  const open = operationOf(route({ open: true }));
  expect(open.security).toEqual([]);
  expect(Object.keys(open.responses)).toEqual(["200", "500"]);
});

test("errors are in the wire's own envelope, one response for each status with all of its codes", () => {
  const errors = ["upstream_rejected", "payload_too_large", { code: "invalid_request", status: 404 }] as const;
  const told = route({ wire: anthropicWire, doc: { ...doc, errors } });
  const { responses } = operationOf(told);
  expect(Object.keys(responses)).toEqual(["200", "400", "401", "404", "413", "422", "500"]);
  expect(responses[413]?.description).toBe(
    `\`upstream_rejected\`: ${errorTable.upstream_rejected.when} \`payload_too_large\`: ${errorTable.payload_too_large.when}`,
  );
  expect(jsonOf(responses[422])).toEqual({ $ref: "#/components/schemas/AnthropicError" });
  const code = { enum: Object.keys(errorTable) };
  expect(openApiDocument([told])).toMatchObject({
    components: { schemas: { AnthropicError: { properties: { error: { properties: { code } } } } } },
  });
});

test("a body's defaults need not be given, an answer's are always there", () => {
  const schema = z.strictObject({ text: z.string().default("") });
  const answers = { 200: { description: "Yes.", content: { "application/json": schema } } };
  const { requestBody, responses } = operationOf(route({ method: "POST", doc: { ...doc, body: schema, answers } }));
  expect(jsonOf(requestBody)).not.toHaveProperty("required");
  expect(jsonOf(responses[200])).toMatchObject({ required: ["text"] });
});
