import { expect, test } from "vitest";
import { Upstream } from "../../../runtime/router/providers/upstream.ts";

test.each([
  ["https://api.example.com/v1", { address: "api.example.com", port: 443 }],
  ["http://models.example.com", { address: "models.example.com", port: 80 }],
  ["http://user:password@models.example.com:8000/base", { address: "models.example.com", port: 8_000 }],
  ["http://[::1]:11434", { address: "::1", port: 11_434 }],
])("%s is told as its host and port alone", async (baseUrl, server) => {
  const upstream = new Upstream(baseUrl, 1_000);
  expect(upstream.server).toEqual(server);
  await upstream.close();
});
