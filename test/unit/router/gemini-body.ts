import type {
  AssistantPart,
  ChatRequest,
  Message,
  Signature,
  Tool,
  ToolChoice,
  UserPart,
} from "../../../runtime/router/chat/index.ts";
import type { GeminiContent, GeminiPart, GenerateBody } from "../../../runtime/router/providers/gemini/types.ts";

/** What a body of Gemini's says, in the router's own form: the way back from rendering, for tests only. */
export function readBody(body: GenerateBody): ChatRequest {
  const { generationConfig: config, systemInstruction, tools } = body;
  const system = (systemInstruction?.parts ?? []).map(({ text = "" }) => ({ type: "text", text }) as const);
  const functions = tools?.[0]?.functionDeclarations ?? [];
  const mode = body.toolConfig?.functionCallingConfig?.mode;
  const schema = config.responseJsonSchema as Record<string, unknown> | undefined;
  return defined<ChatRequest>({
    messages: [
      ...(system.length > 0 ? [{ role: "system", parts: system } as const] : []),
      ...body.contents.flatMap(readContent),
    ],
    tools: functions.map(({ name = "", description, parametersJsonSchema }) =>
      defined<Tool>({
        name,
        description,
        parameters: parametersJsonSchema as Tool["parameters"],
        strict: mode === "VALIDATED" ? true : undefined,
      }),
    ),
    toolChoice: readChoice(body.toolConfig?.functionCallingConfig),
    stop: config.stopSequences ?? [],
    maxOutputTokens: config.maxOutputTokens,
    temperature: config.temperature,
    topP: config.topP,
    topK: config.topK,
    seed: config.seed,
    frequencyPenalty: config.frequencyPenalty,
    presencePenalty: config.presencePenalty,
    reasoning: readThinking(config.thinkingConfig),
    format:
      config.responseMimeType === undefined ? undefined : schema ? { type: "json_schema", schema } : { type: "json" },
    foreign: {},
  });
}

function readChoice(config: { mode?: string | undefined; allowedFunctionNames?: string[] | undefined } | undefined) {
  const name = config?.allowedFunctionNames?.[0];
  if (name !== undefined) return { type: "tool", name } satisfies ToolChoice;
  const types = { AUTO: "auto", VALIDATED: "auto", ANY: "required", NONE: "none" } as const;
  return config?.mode === undefined ? undefined : ({ type: types[config.mode as keyof typeof types] } as const);
}

function readThinking(config: GenerateBody["generationConfig"]["thinkingConfig"]): ChatRequest["reasoning"] {
  const efforts = { MINIMAL: "minimal", LOW: "low", MEDIUM: "medium", HIGH: "high" } as const;
  return config && { effort: efforts[config.thinkingLevel as keyof typeof efforts] };
}

function readContent({ role, parts = [] }: GeminiContent): readonly Message[] {
  if (role === "model") return [{ role: "assistant", parts: (parts ?? []).flatMap(readModelPart) }];
  const results = (parts ?? []).flatMap((part) => (part.functionResponse ? [readResult(part.functionResponse)] : []));
  const rest = (parts ?? []).filter((part) => !part.functionResponse).map(readUserPart);
  return [...results, ...(rest.length > 0 ? [{ role: "user", parts: rest } as const] : [])];
}

function readModelPart({ text, thought, thoughtSignature, functionCall }: GeminiPart): readonly AssistantPart[] {
  const own = thoughtSignature !== undefined && thoughtSignature !== "skip_thought_signature_validator";
  const signature: Signature | undefined = own ? { by: "gemini", value: thoughtSignature } : undefined;
  if (functionCall) {
    const { id = "", name = "", args } = functionCall;
    return [{ type: "tool_call", id, name, arguments: JSON.stringify(args), ...(signature ? { signature } : {}) }];
  }
  return [
    ...(text ? [{ type: thought ? "reasoning" : "text", text } as const] : []),
    ...(signature ? [{ type: "reasoning", text: "", signature } as const] : []),
  ];
}

function readResult(result: NonNullable<GeminiPart["functionResponse"]>): Message {
  const { id = "", response = {}, parts = [] } = result;
  const { output, error, ...rest } = response ?? {};
  const said = error ?? output ?? rest;
  const text = typeof said === "string" ? said : JSON.stringify(said);
  return {
    role: "tool",
    callId: id,
    parts: [{ type: "text", text }, ...(parts ?? []).map(({ inlineData }) => readUserPart({ inlineData }))],
    ...(error === undefined ? {} : { isError: true }),
  };
}

function readUserPart({ text, inlineData, fileData }: GeminiPart): UserPart {
  if (text !== undefined) return { type: "text", text };
  const { mimeType = "", data = "" } = inlineData ?? {};
  const type = (inlineData ?? fileData)?.mimeType?.startsWith("image/") ? "image" : "file";
  const source = fileData
    ? ({ kind: "url", url: fileData.fileUri ?? "" } as const)
    : ({ kind: "base64", mediaType: mimeType, data } as const);
  return { type, source };
}

/** An object without the fields that are undefined. */
function defined<T extends object>(fields: { [Key in keyof T]: T[Key] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
