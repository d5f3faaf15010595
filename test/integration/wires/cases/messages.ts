import type { RequestCase } from "./request.ts";

const text = (words: string) => [{ type: "text" as const, text: words }];

/** The version of Anthropic's wire that has sampling parameters. */
const version = "2023-06-01";

/** One pixel. */
export const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const pdf = Buffer.from("%PDF-1.4\n%%EOF\n").toString("base64");
const address = "https://example.com/cat.png";

export const messageCases: readonly RequestCase[] = [
  {
    name: "a question",
    openai: { messages: [{ role: "user", content: "Why is the sky blue?" }] },
    anthropic: { messages: [{ role: "user", content: text("Why is the sky blue?") }] },
    gemini: { contents: [{ role: "user", parts: [{ text: "Why is the sky blue?" }] }] },
  },
  {
    name: "letters beyond ASCII, quotes and line breaks",
    openai: { messages: [{ role: "user", content: 'Ünïcödé 你好 🦊 "quoted"\n\\tail' }] },
    anthropic: { messages: [{ role: "user", content: text('Ünïcödé 你好 🦊 "quoted"\n\\tail') }] },
    gemini: { contents: [{ role: "user", parts: [{ text: 'Ünïcödé 你好 🦊 "quoted"\n\\tail' }] }] },
  },
  {
    name: "a system prompt, a conversation, and how the answer is to be made",
    openai: {
      messages: [
        { role: "system", content: "Be short." },
        { role: "user", content: "Hi" },
        { role: "assistant", content: "Hello." },
        { role: "user", content: "Why?" },
      ],
      stop: ["END", "FIN"],
      temperature: 0.5,
      max_completion_tokens: 50,
      safety_identifier: "user-1",
    },
    anthropic: {
      system: text("Be short."),
      messages: [
        { role: "user", content: text("Hi") },
        { role: "assistant", content: text("Hello.") },
        { role: "user", content: text("Why?") },
      ],
      stop_sequences: ["END", "FIN"],
      temperature: 0.5,
      max_tokens: 50,
      metadata: { user_id: "user-1" },
      version,
    },
    gemini: {
      systemInstruction: { parts: [{ text: "Be short." }] },
      contents: [
        { role: "user", parts: [{ text: "Hi" }] },
        { role: "model", parts: [{ text: "Hello." }] },
        { role: "user", parts: [{ text: "Why?" }] },
      ],
      generationConfig: { stopSequences: ["END", "FIN"], temperature: 0.5, maxOutputTokens: 50 },
    },
  },
  {
    name: "a nucleus",
    openai: { messages: [{ role: "user", content: "Hi" }], top_p: 0.9 },
    anthropic: { messages: [{ role: "user", content: text("Hi") }], top_p: 0.9, version },
    gemini: { contents: [{ role: "user", parts: [{ text: "Hi" }] }], generationConfig: { topP: 0.9 } },
  },
  {
    name: "the most likely tokens only",
    anthropic: { messages: [{ role: "user", content: text("Hi") }], top_k: 5, version },
    gemini: { contents: [{ role: "user", parts: [{ text: "Hi" }] }], generationConfig: { topK: 5 } },
    backends: ["gemini", "claude"],
  },
  {
    name: "a seed",
    openai: { messages: [{ role: "user", content: "Hi" }], seed: 7 },
    gemini: { contents: [{ role: "user", parts: [{ text: "Hi" }] }], generationConfig: { seed: 7 } },
    backends: ["gemini", "openai", "local"],
  },
  {
    name: "penalties",
    openai: { messages: [{ role: "user", content: "Hi" }], frequency_penalty: 0.5, presence_penalty: -0.5 },
    backends: ["openai", "local"],
  },
  {
    name: "several answers",
    openai: { messages: [{ role: "user", content: "Hi" }], n: 2 },
    gemini: { contents: [{ role: "user", parts: [{ text: "Hi" }] }], generationConfig: { candidateCount: 2 } },
    backends: ["gemini", "openai"],
    model: { gemini: "gemini-2.5-flash" },
  },
  {
    name: "one system prompt after another, and a developer's",
    openai: {
      messages: [
        { role: "developer", content: "First." },
        { role: "system", content: "Second." },
        { role: "user", content: "Hi" },
      ],
    },
    gemini: {
      systemInstruction: { parts: [{ text: "First." }, { text: "Second." }] },
      contents: [{ role: "user", parts: [{ text: "Hi" }] }],
    },
    instead: {
      // Its models' templates know only this word.
      local: {
        messages: [
          { role: "system", content: "First." },
          { role: "system", content: "Second." },
          { role: "user", content: "Hi" },
        ],
      },
      claude: {
        system: [...text("First."), ...text("Second.")],
        messages: [{ role: "user", content: text("Hi") }],
      },
    },
  },
  {
    name: "an image",
    openai: {
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "What is this?" },
            { type: "image_url", image_url: { url: `data:image/png;base64,${png}` } },
          ],
        },
      ],
    },
    anthropic: {
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "What is this?" },
            { type: "image", source: { type: "base64", media_type: "image/png", data: png } },
          ],
        },
      ],
    },
    gemini: {
      contents: [
        { role: "user", parts: [{ text: "What is this?" }, { inlineData: { mimeType: "image/png", data: png } }] },
      ],
    },
  },
  {
    name: "an image by its address",
    openai: {
      messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: address } }] }],
    },
    anthropic: {
      messages: [{ role: "user", content: [{ type: "image", source: { type: "url", url: address } }] }],
    },
    gemini: { contents: [{ role: "user", parts: [{ fileData: { fileUri: address, mimeType: "image/png" } }] }] },
    backends: ["gemini", "claude", "openai"],
  },
  {
    name: "a document",
    openai: {
      messages: [
        {
          role: "user",
          content: [
            { type: "file", file: { filename: "a.pdf", file_data: `data:application/pdf;base64,${pdf}` } },
            { type: "text", text: "Sum it up." },
          ],
        },
      ],
    },
    anthropic: {
      messages: [
        {
          role: "user",
          content: [
            {
              type: "document",
              source: { type: "base64", media_type: "application/pdf", data: pdf },
              title: "a.pdf",
            },
            { type: "text", text: "Sum it up." },
          ],
        },
      ],
    },
    gemini: {
      contents: [
        { role: "user", parts: [{ inlineData: { mimeType: "application/pdf", data: pdf } }, { text: "Sum it up." }] },
      ],
    },
    backends: ["gemini", "claude", "openai"],
  },
];
