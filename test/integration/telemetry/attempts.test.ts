import { expect, test } from "vitest";
import { type BackendName, backendNames } from "../../../runtime/config/index.ts";
import { chatPath, router as startRouter, upstream } from "../router/support.ts";
import { collector } from "./support.ts";

const messages = [{ role: "user", content: "hello" }];
const asked = { messages, max_tokens: 50, temperature: 0.5 };

/** The span of the only attempt of a request, as a collector gets it. */
async function attemptOf(backend: BackendName, path: string, body: object) {
  const { url, spans } = await collector();
  const provider = await upstream();
  const router = await startRouter({
    config: {
      telemetry: { otlpEndpoint: url },
      backends: { [backend]: { baseUrl: provider.url, rehearsal: true } },
      failoverChain: [backend],
    },
  });
  const response = await router.post(path, { model: backend, ...body });
  expect(response.status).toBe(200);
  await response.text();
  await router.drain();
  const attempts = spans().filter(({ kind }) => kind === "client");
  expect(attempts).toHaveLength(1);
  return { attributes: attempts[0]?.attributes ?? {}, port: Number(new URL(provider.url).port) };
}

test.each(backendNames.flatMap((backend) => [true, false].map((stream) => [backend, stream] as const)))(
  "a router says of an attempt at %s what was asked, where, and who answered (stream: %s)",
  async (backend, stream) => {
    const { attributes, port } = await attemptOf(backend, chatPath, { ...asked, stream });
    expect(attributes).toMatchObject({
      "gen_ai.request.max_tokens": 50,
      "gen_ai.request.temperature": 0.5,
      "gen_ai.response.id": expect.stringMatching(/./),
      "gen_ai.response.model": expect.stringMatching(/./),
      "server.address": "127.0.0.1",
      "server.port": port,
    });
  },
);

test("what Anthropic's wire alone has is told too, and so is the limit that the router sets", async () => {
  const { attributes } = await attemptOf("claude", "/v1/messages", { ...asked, top_k: 7 });
  expect(attributes).toMatchObject({ "gen_ai.request.max_tokens": 50, "gen_ai.request.top_k": 7 });
  const unlimited = await attemptOf("openai", chatPath, { messages, top_p: 0.9, seed: 3, n: 2 });
  expect(unlimited.attributes).toMatchObject({
    "gen_ai.request.max_tokens": 4096,
    "gen_ai.request.top_p": 0.9,
    "gen_ai.request.seed": 3,
    "gen_ai.request.choice.count": 2,
  });
});

test("a field that is no number is not told as one", async () => {
  const { attributes } = await attemptOf("openai", chatPath, { messages, temperature: null });
  expect(attributes).not.toHaveProperty(["gen_ai.request.temperature"]);
});
