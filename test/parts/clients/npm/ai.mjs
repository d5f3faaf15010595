import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, isStepCount, Output, streamText, tool } from "ai";
import { z } from "zod";

// A user's program with the Vercel AI SDK: `node ai.mjs PROVIDER BACKEND...` prints what it got of each backend.

const { ROUTER_URL: url, ROUTER_KEY: apiKey } = process.env;
const [name, ...backends] = process.argv.slice(2);
const baseURL = `${url}/v1`;
const providers = {
  // Called without `.chat` this provider speaks OpenAI's Responses API, which the router does not.
  openai: () => createOpenAI({ baseURL, apiKey }).chat,
  responses: () => createOpenAI({ baseURL, apiKey }),
  // Of a server that it does not know this one has to be told that it holds to a schema.
  compatible: () => createOpenAICompatible({ name: "router", baseURL, apiKey, supportsStructuredOutputs: true }),
  anthropic: () => createAnthropic({ baseURL, apiKey }),
};
const model = providers[name]();
const prompt = "hello";
const stopWhen = isStepCount(3);

/** What a person would see of an error. */
const told = (error) => error.responseBody ?? String(error);

async function ask(backend) {
  const words = model(`${backend}/words`);
  const { text, usage } = await generateText({ model: words, prompt });
  const stream = streamText({ model: words, prompt });
  let streamed = "";
  for await (const part of stream.textStream) streamed += part;
  const used = await stream.usage;
  const calls = [];
  const weather = tool({
    description: "The weather of a city.",
    inputSchema: z.object({ city: z.string() }),
    execute: async ({ city }) => {
      calls.push(city);
      return "sunny";
    },
  });
  const answered = await generateText({ model: model(`${backend}/caller`), prompt, tools: { weather }, stopWhen });
  const answering = streamText({
    model: model(`${backend}/caller-streamed`),
    prompt,
    tools: { weather },
    stopWhen,
  });
  const answeredStream = await answering.text;
  const object = await generateText({
    // Of a model that it does not know the Anthropic provider wants a form as the arguments of a tool.
    model: model(`${backend}/${name === "anthropic" ? "form" : "json"}`),
    prompt,
    output: Output.object({ schema: z.object({ colour: z.string() }) }),
  }).then(({ output }) => output, told);
  return {
    text,
    streamed,
    tokens: [usage.inputTokens, usage.outputTokens, used.inputTokens, used.outputTokens],
    calls,
    afterCalls: [answered.text, answeredStream],
    object,
  };
}

const answers = {};
for (const backend of backends) {
  answers[backend] = await ask(backend).catch((error) => ({ error: told(error) }));
}
process.stdout.write(JSON.stringify(answers));
