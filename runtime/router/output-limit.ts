import type { Question } from "./attempt.ts";
import type { Backend } from "./backends.ts";

type Asked = Omit<Question, "maxOutputTokens">;

/** No answer is without an end: where the client gives no limit of output tokens the backend's own default is set. */
export function withOutputLimit(asked: Asked, backend: Backend): Question {
  const { body, stream, includeUsage, client } = asked;
  const own = body.max_completion_tokens ?? body.max_tokens;
  const limit = typeof own === "number" ? {} : { maxOutputTokens: backend.defaultMaxOutputTokens };
  return { body, stream, includeUsage, client, ...limit };
}
