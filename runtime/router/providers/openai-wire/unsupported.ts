import type { ChatRequest, Message, Unsupported } from "../../chat/index.ts";

export interface Abilities {
  readonly backend: string;
  /** Whether it fetches images by their address. */
  readonly imageAddresses: boolean;
  readonly files: boolean;
}

/** What of an Anthropic request no provider of the OpenAI wire can do, and what this one can't. */
export function unsupportedParts(request: ChatRequest, abilities: Abilities): Unsupported[] {
  const { backend } = abilities;
  const reasons = new Set(request.messages.flatMap((message) => unsupportedMedia(message, abilities)));
  return [
    ...Object.keys(request.foreign).map((param) => ({ param, reason: `${backend} has no such thing` })),
    ...(request.topK === undefined ? [] : [{ param: "top_k", reason: `${backend} can't be given it` }]),
    ...[...reasons].map((reason) => ({ param: "messages", reason })),
  ];
}

function unsupportedMedia({ role, parts }: Message, { backend, imageAddresses, files }: Abilities): string[] {
  return parts.flatMap((part) => {
    if (part.type !== "image" && part.type !== "file") return [];
    if (role === "tool") return [`${backend} takes only text in a tool's result`];
    if (part.type === "file") {
      if (!files) return [`${backend} takes no files`];
      return part.source.kind === "url" ? [`${backend} takes files as data, not by their address`] : [];
    }
    return part.source.kind === "url" && !imageAddresses
      ? [`${backend} takes images as data, not by their address`]
      : [];
  });
}
