import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonical } from "../../../../runtime/router/cache/canonical.ts";
import { type Asked, type Body, digestOf } from "../../../../runtime/router/cache/name.ts";

const asked: Asked = {
  tenant: "school",
  route: "/v1/chat/completions",
  wire: "openai",
  headers: { "anthropic-version": undefined },
  sovereign: false,
  generation: "abc",
  body: { model: "auto", temperature: 0, messages: [{ role: "user", content: "why?" }] },
};
const digest = (body: Body, more: Partial<Asked> = {}) => digestOf({ ...asked, ...more, body });

/** The same value with the members of its objects in another order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== "object" || value === null) return value;
  const turned = Object.entries(value).reverse();
  const made: object = {};
  for (const [key, member] of turned) {
    Object.defineProperty(made, key, { value: shuffled(member), enumerable: true });
  }
  return made;
}

/** What the name of a request takes no notice of, or reads in the order in which it is written. */
const special =
  /^(?:user|metadata|safety_identifier|prompt_cache_key|prompt_cache_retention|stream|stream_options|tools|functions|response_format|output_format|output_config|input)$/;
const anyBody = fc
  .dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue({ maxDepth: 4 }), { maxKeys: 8 })
  .filter((body) => !Object.keys(body).some((key) => special.test(key)));

describe("the name of a request", () => {
  test("is the same however its JSON is written", () => {
    fc.assert(
      fc.property(anyBody, (body) => {
        const spaced = JSON.parse(JSON.stringify(shuffled(body), null, 4)) as Body;
        expect(digest(spaced)).toBe(digest(JSON.parse(JSON.stringify(body)) as Body));
      }),
    );
  });

  test("is another one for each other meaning", () => {
    fc.assert(
      fc.property(anyBody, anyBody, (one, other) => {
        const [a, b] = [meaning(one), meaning(other)];
        expect(digest(one) === digest(other)).toBe(a === b);
      }),
    );
  });

  test.each<[string, Body]>([
    ["model", { model: "openai" }],
    ["temperature", { temperature: 0.1 }],
    ["seed", { seed: 7 }],
    ["limit", { max_tokens: 10 }],
    ["role", { messages: [{ role: "system", content: "why?" }] }],
    ["message", { messages: [{ role: "user", content: "why? " }] }],
    ["number of messages", { messages: [...(asked.body.messages as []), { role: "user", content: "why?" }] }],
    ["tool", { tools: [{ type: "function", function: { name: "a" } }] }],
    ["form: a stream", { stream: true }],
    ["form: a stream with its usage", { stream: true, stream_options: { include_usage: true } }],
    ["number that JSON does not have", { top_p: Number.POSITIVE_INFINITY }],
    ["field that the router does not know", { verbosity: "low" }],
    ["field that is called __proto__", JSON.parse('{"__proto__":{"a":1}}') as Body],
  ])("is another one with another %s", (_what, change) => {
    const names = [{}, change].map((each) => {
      const body = Object.create(null) as Record<string, unknown>;
      for (const part of [asked.body, each]) for (const key of Object.keys(part)) body[key] = (part as Body)[key];
      return digest(body);
    });
    expect(new Set(names).size).toBe(2);
  });

  test("of each form of an answer is its own", () => {
    const forms = [{}, { stream: true }, { stream: true, stream_options: { include_usage: true } }];
    expect(new Set(forms.map((form) => digest({ ...asked.body, ...form }))).size).toBe(3);
  });

  test.each<[string, Body]>([
    ["who asks", { user: "u1" }],
    ["labels", { metadata: { user_id: "u2" } }],
    ["that it is no stream", { stream: false }],
    ["options of a stream that it is none", { stream_options: { include_usage: true } }],
    ["where a prompt is cached", { prompt_cache_key: "k" }],
    ["a field that is null", { tools: null }],
  ])("does not tell %s", (_what, change) => {
    expect(digest({ ...asked.body, ...change })).toBe(digest(asked.body));
  });

  test.each<[string, Partial<Asked>]>([
    ["tenant", { tenant: "bank" }],
    ["route", { route: "/v1/embeddings" }],
    ["wire", { wire: "anthropic" }],
    ["header", { headers: { "anthropic-version": "2023-06-01" } }],
    ["wish of sovereignty", { sovereign: true }],
    ["configuration", { generation: "abd" }],
    ["side of an A/B test", { stickyKey: "u1" }],
  ])("is another one for another %s", (_what, change) => {
    expect(digest(asked.body, change)).not.toBe(digest(asked.body));
  });

  test("can't be made to be another tenant's by what a request says", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), anyBody, anyBody, (tenant, other, one, two) => {
        fc.pre(tenant !== other);
        expect(digest(one, { tenant })).not.toBe(digest(two, { tenant: other }));
      }),
    );
  });
});

test("the order of a schema is kept: a model writes in it", () => {
  const schema = (properties: object) => ({
    ...asked.body,
    response_format: { type: "json_schema", json_schema: { schema: { properties } } },
  });
  const [think, answer] = [{ think: { type: "string" } }, { answer: { type: "string" } }];
  expect(digest(schema({ ...think, ...answer }))).not.toBe(digest(schema({ ...answer, ...think })));
});

test("a canonical text is JSON of the same value", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonical(value))).toEqual(plain(value));
    }),
  );
});

/** As JSON has it: without -0. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** By another way than the code's: nested lists of sorted members. */
function meaning(body: object): string {
  const pairs = (value: unknown): unknown => {
    if (Array.isArray(value)) return ["list", ...value.map(pairs)];
    if (typeof value !== "object" || value === null) return value;
    const members = Object.entries(value).map(([key, member]) => [key, pairs(member)] as const);
    return ["object", ...members.sort(([a], [b]) => (a < b ? -1 : 1))];
  };
  // A field of the request that is null is one that is left out.
  return JSON.stringify(pairs(Object.fromEntries(Object.entries(body).filter(([, member]) => member !== null))));
}
