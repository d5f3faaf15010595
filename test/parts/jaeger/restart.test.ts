import { expect, onTestFinished, test } from "vitest";
import { jaeger } from "../../../tools/parts/index.ts";
import { onChat, pair, textOf } from "../../integration/router/support.ts";
import { until } from "../../support/wait.ts";
import { describeWithServer } from "../support.ts";
import { startJaeger } from "./server.ts";
import { requestIdOf, tracedBy, tracesWith } from "./support.ts";

const words = `rehearsal ${"of a long answer ".repeat(20)}`;

describeWithServer(jaeger, "a real Jaeger that is killed and comes back", (directory) => {
  test("requests go on unharmed, what was lost is counted, later traces arrive", async () => {
    const first = await startJaeger(directory);
    onTestFinished(() => first.stop());
    const { router } = await pair(onChat({ text: words, gapMs: 10 }), {}, { config: tracedBy(first) });
    const before = await router.chat({ model: "local" });
    await tracesWith(first, { "hybrid_llm.request_id": requestIdOf(before) }, 2);

    const underWay = await router.chat({ model: "openai", stream: true });
    await first.stop("SIGKILL");
    expect(textOf(await underWay.text())).toBe(words);
    for (const stream of [false, true]) expect((await router.chat({ model: "local", stream })).status).toBe(200);
    const lost = /^hybrid_llm_spans_dropped_total\{reason="export_failed"\} [1-9]/m;
    await until(async () => lost.test(await (await router.get("/metrics")).text()));

    const second = await startJaeger(directory, first.ports);
    onTestFinished(() => second.stop());
    const after = await router.chat({ model: "local" });
    const traces = await tracesWith(second, { "hybrid_llm.request_id": requestIdOf(after) }, 2);
    expect(traces).toMatchObject([{ warnings: [] }]);
    expect(router.logText()).toContain("spans are lost on the way to the collector");
  });
});
