import { join } from "node:path";
import { expect, test } from "vitest";
import { npmPackages, pythonPackages } from "../../../tools/parts/clients/index.ts";
import { backends, besidePackages, describeInstalled, everything, type Got, runClient } from "./programs.ts";

/*
 * Clients of other makers, without special settings but the address and the key: text, stream, tools and a form. Where
 * they count no tokens of a stream they did not ask for them, as with any server that is not OpenAI's own.
 */

const source = (...path: string[]) => join(import.meta.dirname, ...path);
const ofAll = (got: Got) => Object.fromEntries(backends.map((backend) => [backend, got]));
const uncounted = { ...everything, tokens: [7, 5, null, null] };

await describeInstalled(npmPackages("the JavaScript clients", source("npm")), "clients in JavaScript", (packages) => {
  const run = (program: string, ...args: string[]) =>
    runClient(process.execPath, [besidePackages(source("npm", program), packages), ...args]);

  test("the Vercel AI SDK with its OpenAI provider's chat", async () => {
    expect(await run("ai.mjs", "openai", ...backends)).toEqual(ofAll(everything));
  });

  test("the Vercel AI SDK with its OpenAI-compatible provider", async () => {
    expect(await run("ai.mjs", "compatible", ...backends)).toEqual(ofAll(uncounted));
  });

  test("the Vercel AI SDK with its Anthropic provider", async () => {
    const { local, ...others } = await run("ai.mjs", "anthropic", ...backends);
    const { local: _, ...expected } = ofAll(everything);
    expect(others).toEqual(expected);
    // Of a model that this provider does not know it forces a tool for a form, which Ollama can't.
    expect(local).toEqual({
      ...everything,
      object: expect.stringContaining("tool_choice: local leaves it to the model"),
    });
  });

  test("the Vercel AI SDK is told that there is no Responses API", async () => {
    const { openai } = await run("ai.mjs", "responses", "openai");
    expect(openai?.error).toContain("There is no POST /v1/responses");
  });

  test("LangChain with OpenAI's wire", async () => {
    expect(await run("langchain.mjs", "openai", ...backends)).toEqual(ofAll(everything));
  });

  test("LangChain with Anthropic's wire", async () => {
    const got = await run("langchain.mjs", "anthropic", ...backends);
    // It reads what a stream took from its beginning only, where it is known of Claude alone.
    const tokens = [7, 5, expect.any(Number), expect.any(Number)];
    for (const backend of backends) expect(got[backend]).toEqual({ ...everything, tokens });
  });
});

const requirements = source("python", "requirements.txt");
await describeInstalled(pythonPackages("the Python clients", requirements), "clients in Python", (environment) => {
  const run = (program: string) =>
    runClient(join(environment, "bin", "python"), [source("python", program), ...backends]);

  test("OpenAI's", async () => {
    expect(await run("openai_client.py")).toEqual(ofAll(everything));
  });

  test("Anthropic's", async () => {
    expect(await run("anthropic_client.py")).toEqual(ofAll(everything));
  });

  test("LangChain with OpenAI's wire", async () => {
    expect(await run("langchain_client.py")).toEqual(ofAll(uncounted));
  });
});
