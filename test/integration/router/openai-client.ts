import OpenAI from "openai";

/** A program of a user: the official client, without any special setting, as JSON on stdout. */
const client = new OpenAI({ maxRetries: 0 });
const messages = [{ role: "user" as const, content: "hello" }];

const answer = await client.chat.completions.create({ model: "openai", messages });
let streamed = "";
let usage: unknown;
const stream = await client.chat.completions.create({
  model: "openai",
  messages,
  stream: true,
  stream_options: { include_usage: true },
});
for await (const chunk of stream) {
  streamed += chunk.choices[0]?.delta.content ?? "";
  usage = chunk.usage ?? usage;
}
const models: string[] = [];
for await (const model of client.models.list()) models.push(model.id);
const told: unknown[] = [];
for (const model of ["nobody", "openai"]) {
  const unknown = client.chat.completions.create({ model, messages: model === "nobody" ? messages : [] });
  told.push(await unknown.then(undefined, (error: InstanceType<typeof OpenAI.APIError>) => [error.status, error.code]));
}
process.stdout.write(JSON.stringify({ text: answer.choices[0]?.message.content, streamed, usage, models, told }));
