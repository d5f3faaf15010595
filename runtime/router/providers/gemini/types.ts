import type {
  Content,
  FunctionCallingConfig,
  GenerationConfig,
  Part,
  ThinkingConfig,
  Tool,
  ToolConfig,
} from "@google/genai";

/** A type of the SDK as JSON has it: its enums are their values, and what is undefined is not written. */
export type Json<T> = T extends string
  ? `${T}`
  : T extends readonly (infer Item)[]
    ? Json<Item>[]
    : T extends object
      ? { [Key in keyof T]: Json<T[Key]> | undefined }
      : T;

export type GeminiContent = Json<Content>;
export type GeminiPart = Json<Part>;
export type CallingConfig = Json<FunctionCallingConfig>;
export type GeminiThinking = Json<ThinkingConfig>;
export type ThinkingLevel = NonNullable<GeminiThinking["thinkingLevel"]>;

/** The body of `models.streamGenerateContent`. */
export interface GenerateBody {
  readonly systemInstruction?: GeminiContent | undefined;
  readonly contents: readonly GeminiContent[];
  readonly tools?: readonly Json<Tool>[] | undefined;
  readonly toolConfig?: Json<ToolConfig> | undefined;
  readonly generationConfig: Json<GenerationConfig>;
}
