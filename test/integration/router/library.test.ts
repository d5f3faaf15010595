import { describe, expect, onTestFinished, test } from "vitest";
import { HybridRouter, parseRouterConfig, type RouterError, SecurityError } from "../../../runtime/index.ts";
import { onChat, says, upstream } from "./support.ts";

async function library(script = says("a rehearsal answer"), environment: NodeJS.ProcessEnv = {}) {
  const local = await upstream(script);
  const config = parseRouterConfig(
    { allowRehearsal: true, backends: { local: { baseUrl: local.url, rehearsal: true } } },
    "test",
  );
  const router = new HybridRouter(config, environment);
  onTestFinished(() => router.close());
  return { router, local };
}

describe("HybridRouter", () => {
  test("routeRequest gives the text; its default preference is gemini, and the chain follows", async () => {
    const { router, local } = await library();
    expect(await router.routeRequest("why?", "be short")).toBe("a rehearsal answer");
    expect(await router.routeRequest("why?", "", "local")).toBe("a rehearsal answer");
    expect(local.requests.map(({ body }) => (body as { messages: unknown }).messages)).toEqual([
      [
        { role: "system", content: "be short" },
        { role: "user", content: "why?" },
      ],
      [{ role: "user", content: "why?" }],
    ]);
  });

  test("with nobody left it is All Clouds Down", async () => {
    const { router } = await library(onChat({ fault: { type: "reset" } }) as ReturnType<typeof says>);
    const failure = await router.routeRequest("why?", "", "auto").catch((error: RouterError) => error);
    expect(failure).toMatchObject({
      code: "all_backends_down",
      retryable: true,
      message: expect.stringContaining("All Clouds Down"),
    });
  });

  test.each(["True", "true", "1"])("with AIRGAP_MODE=%s a cloud provider is a SecurityError", async (value) => {
    const { router } = await library(undefined, { AIRGAP_MODE: value });
    for (const cloud of ["gemini", "claude", "openai"]) {
      await expect(router.routeRequest("why?", "", cloud)).rejects.toThrow(SecurityError);
    }
    expect(await router.routeRequest("why?", "", "local")).toBe("a rehearsal answer");
  });

  test("healthCheck tells of every backend; isLocalAvailable of Ollama", async () => {
    const { router, local } = await library();
    expect((await router.healthCheck()).backends).toMatchObject({
      local: { status: "healthy" },
      gemini: { status: "disabled" },
    });
    expect(await router.isLocalAvailable()).toBe(true);
    await local.close();
    const other = await library();
    await other.local.close();
    expect(await other.router.isLocalAvailable()).toBe(false);
  });

  test("a signal ends the request and the provider's with it", async () => {
    const { router, local } = await library(onChat({ fault: { type: "slow-headers" } }) as ReturnType<typeof says>);
    const controller = new AbortController();
    const asked = router.route("why?", "", "local", { signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    await expect(asked).rejects.toMatchObject({ name: "ClientGone" });
    await expect.poll(() => local.requests[0]?.state).toBe("aborted");
  });
});
