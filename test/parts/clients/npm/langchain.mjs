import { ChatAnthropic } from "@langchain/anthropic";
import { tool } from "@langchain/core/tools";
import { ChatOpenAI } from "@langchain/openai";
import { z } from "zod";

// A user's program with LangChain: `node langchain.mjs PROVIDER BACKEND...` prints what it got of each backend.

const { ROUTER_URL: url, ROUTER_KEY: apiKey } = process.env;
const [name, ...backends] = process.argv.slice(2);
const chats = {
  openai: (model) => new ChatOpenAI({ model, apiKey, configuration: { baseURL: `${url}/v1` } }),
  anthropic: (model) => new ChatAnthropic({ model, apiKey, anthropicApiUrl: url }),
};
const chat = chats[name];
const question = { role: "user", content: "hello" };

const calls = [];
const weather = tool(
  async ({ city }) => {
    calls.push(city);
    return "sunny";
  },
  { name: "weather", description: "The weather of a city.", schema: z.object({ city: z.string() }) },
);

/** The loop of every agent: call the tools that were asked for until an answer comes. */
async function withTools(model, ask) {
  const messages = [question];
  for (;;) {
    const answer = await ask(model.bindTools([weather]), messages);
    messages.push(answer);
    if (!answer.tool_calls?.length) return answer.text;
    for (const call of answer.tool_calls) messages.push(await weather.invoke(call));
  }
}

const whole = (model, messages) => model.invoke(messages);
async function streamed(model, messages) {
  let answer;
  for await (const chunk of await model.stream(messages)) answer = answer === undefined ? chunk : answer.concat(chunk);
  return answer;
}

async function ask(backend) {
  calls.length = 0;
  const words = chat(`${backend}/words`);
  const answer = await whole(words, [question]);
  const stream = await streamed(words, [question]);
  const afterCalls = [
    await withTools(chat(`${backend}/caller`), whole),
    await withTools(chat(`${backend}/caller-streamed`), streamed),
  ];
  const schema = z.object({ colour: z.string() });
  const object = await chat(`${backend}/json`).withStructuredOutput(schema, { method: "jsonSchema" }).invoke("hello");
  const tokens = [answer, stream].flatMap(({ usage_metadata: usage }) => [usage?.input_tokens, usage?.output_tokens]);
  return { text: answer.text, streamed: stream.text, tokens, calls: [...calls], afterCalls, object };
}

const answers = {};
for (const backend of backends) answers[backend] = await ask(backend);
process.stdout.write(JSON.stringify(answers));
