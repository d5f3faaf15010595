import type { BackendConfig } from "../../../config/index.ts";
import type { LlmProvider } from "../provider.ts";
import { Upstream } from "../upstream.ts";
import { embedTexts } from "./embed.ts";
import { failureOfResponse } from "./failure.ts";
import { openStream } from "./generate.ts";
import { ModelCards } from "./model-card.ts";
import { readyModels } from "./probe.ts";
import { settingsOf } from "./settings.ts";
import { unsupportedBy } from "./unsupported.ts";
import { chooseVersion } from "./versions.ts";

const defaultBaseUrl = "http://localhost:8000";
/** TensorRT-LLM's own name for its model of text in, text out. */
const defaultModel = "ensemble";

/**
 * Models of our own under NVIDIA's Triton Inference Server, over the KServe v2 protocol and Triton's extensions of it:
 * `generate_stream` for text (vLLM, TensorRT-LLM and Python backends alike), `infer` for vectors. The `start` of an
 * answer names the version that gives it: `<model>@<version>`.
 */
export function createTriton(config: BackendConfig, connectMs: number): LlmProvider {
  const upstream = new Upstream(config.baseUrl ?? defaultBaseUrl, connectMs, failureOfResponse);
  const cards = new ModelCards(upstream);
  const generative = Object.entries(config.triton?.models ?? {}).flatMap(([model, { kind }]) =>
    kind === "generate" ? [model] : [],
  );
  /** How a call's model is asked, and by which version. */
  const plan = ({ model, stickyKey }: { model: string; stickyKey: string }) => {
    const settings = settingsOf(config, model);
    return { settings, version: chooseVersion(stickyKey, model, settings.versions) };
  };
  return {
    backend: "triton",
    server: upstream.server,
    wire: "triton",
    defaultModel: config.defaultModel ?? generative[0] ?? defaultModel,
    unsupported: (question, model) => unsupportedBy(question, model, settingsOf(config, model), cards.known(model)),
    versioned(model, stickyKey) {
      const { version } = plan({ model, stickyKey });
      return version === undefined ? model : `${model}@${version}`;
    },
    continuesPrefill: () => config.prefill ?? true,
    stream: (call) => cards.use(call, (card) => openStream(upstream, call, { ...plan(call), card })),
    embed: (call) => cards.use(call, (card) => embedTexts(upstream, call, { ...plan(call), card })),
    async probe(signal) {
      const models = await readyModels(upstream, signal);
      // What they take is learnt here, so that `unsupported` knows it before the first question.
      const asked = generative.filter((model) => models.includes(model));
      await Promise.allSettled(asked.map((model) => cards.of(model, signal)));
      return { models };
    },
    close: () => upstream.close(),
  };
}
