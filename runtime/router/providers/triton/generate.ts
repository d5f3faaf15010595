import { randomUUID } from "node:crypto";
import type { ChatEvent } from "../../chat/index.ts";
import type { ChatCall } from "../provider.ts";
import { requireType, type Upstream } from "../upstream.ts";
import { eventsOf } from "./events.ts";
import { refused } from "./failure.ts";
import { type ModelPlan, modelPath } from "./model-card.ts";
import { promptText } from "./prompt.ts";
import { samplingIn } from "./sampling.ts";
import { unsupportedBy } from "./unsupported.ts";

/** Asks for an answer; resolves once the model has begun with it. */
export async function openStream(
  upstream: Upstream,
  { model, question, maxOutputTokens, signal, trace }: ChatCall,
  { settings, version, card }: ModelPlan,
): Promise<AsyncIterable<readonly ChatEvent[]>> {
  const [problem] = unsupportedBy(question, model, settings, card);
  if (problem) throw refused(problem);
  const { request } = question;
  const { headers, body } = await upstream.open({
    method: "POST",
    path: `${modelPath(model, version)}/generate_stream`,
    headers: { "content-type": "application/json", ...trace },
    body: JSON.stringify({
      ...samplingIn(request, maxOutputTokens, card),
      [settings.input]: promptText(request, settings.prompt),
    }),
    signal,
  });
  requireType(headers, "text/event-stream");
  return eventsOf(body, { id: `triton-${randomUUID()}`, output: settings.output, signal });
}
