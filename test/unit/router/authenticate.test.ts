import { expect, test } from "vitest";
import { issueKey } from "../../../runtime/config/index.ts";
import { KeyRing } from "../../../runtime/router/authenticate.ts";

const one = issueKey();
const two = issueKey();
const ring = new KeyRing([
  { id: one.id, sha256: one.sha256, tenant: "a", role: "client" },
  { id: two.id, sha256: two.sha256, tenant: "b", role: "admin" },
]);

test("each key is its own caller", () => {
  expect(ring.authenticate({ authorization: `Bearer ${one.key}` })).toEqual({
    keyId: one.id,
    tenant: "a",
    role: "client",
  });
  expect(ring.authenticate({ authorization: `bearer  ${two.key}` })).toMatchObject({ tenant: "b", role: "admin" });
});

test("a key may come as Anthropic's clients send it", () => {
  expect(ring.authenticate({ "x-api-key": one.key })).toMatchObject({ keyId: one.id });
  expect(() => ring.authenticate({ "x-api-key": `${one.key}x` })).toThrow("not known");
});

test("a wrong bearer key is not made good by a right x-api-key", () => {
  const headers = { authorization: `Bearer ${issueKey().key}`, "x-api-key": one.key };
  expect(() => ring.authenticate(headers)).toThrow("not known");
});

test.each([
  undefined,
  "",
  "Bearer",
  "Bearer ",
  one.key,
  `Basic ${one.key}`,
  `Bearer ${one.key}x`,
  `Bearer ${one.key.slice(0, -1)}`,
  `Bearer ${one.key.replace(one.id, two.id)}`,
  `Bearer ${issueKey().key}`,
  `Bearer ${one.sha256}`,
])("%j is refused", (authorization) => {
  expect(() => ring.authenticate({ ...(authorization === undefined ? {} : { authorization }) })).toThrow(
    expect.objectContaining({ code: "unauthorized", status: 401 }),
  );
});

test("a key whose hash is all zeroes is nobody's", () => {
  const zero = new KeyRing([{ id: "abcd", sha256: "0".repeat(64), tenant: "a", role: "client" }]);
  expect(() => zero.authenticate({ authorization: `Bearer hl_abcd_${"x".repeat(43)}` })).toThrow("not known");
});
