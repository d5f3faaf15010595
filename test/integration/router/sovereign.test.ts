import { expect, test } from "vitest";
import { errorOf, onChat, pair, says } from "./support.ts";

const sovereign = { "x-router-sovereign": "true" };

test("a cloud backend that is asked for by name is refused", async () => {
  const { router, openai } = await pair({});
  for (const model of ["openai", "openai/big", "openai/no-such-model", "gemini", "claude"]) {
    const response = await router.chat({ model }, sovereign);
    expect(response.status).toBe(403);
    expect(await errorOf(response)).toMatchObject({ code: "sovereignty_violation", type: "permission_error" });
  }
  expect(openai.requests).toEqual([]);
});

test("auto asks backends of our own only, also when they fail", async () => {
  const { router, openai, local } = await pair(says("rehearsal cloud"), says("rehearsal local"));
  expect(await (await router.chat({ model: "auto" }, sovereign)).text()).toContain("rehearsal local");
  local.setScript(onChat({ fault: { type: "reset" } }));
  const response = await router.chat({ model: "local" }, sovereign);
  expect(response.status).toBe(503);
  expect((await errorOf(response)).message).toContain("openai: a cloud backend, refused in sovereign mode");
  expect(openai.requests).toEqual([]);
});

test("AIRGAP_MODE in the environment holds for every request, and no header loosens it", async () => {
  const { router, openai } = await pair({}, {}, { environment: { AIRGAP_MODE: "True" } });
  for (const headers of [{}, { "x-router-sovereign": "false" }]) {
    expect((await router.chat({ model: "openai" }, headers)).status).toBe(403);
    expect((await router.chat({ model: "auto" }, headers)).headers.get("x-router-backend")).toBe("local");
  }
  expect(await (await router.get("/health")).json()).toMatchObject({
    airgap: true,
    backends: { openai: { status: "disabled", why: expect.stringContaining("air-gapped") } },
  });
  expect(openai.requests).toEqual([]);
});

test("a header that can't be understood is refused, not taken for a no", async () => {
  const { router } = await pair({});
  const response = await router.chat({ model: "openai" }, { "x-router-sovereign": "yes please" });
  expect(response.status).toBe(400);
  expect(await errorOf(response)).toMatchObject({ param: "x-router-sovereign" });
});
