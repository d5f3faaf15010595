import { randomUUID } from "node:crypto";

/** What every chunk of an answer says, and the whole answer too. */
export interface Head {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly model: string;
}

/** For an answer whose provider does not speak this wire. */
export function headOf({ id, model }: Partial<Pick<Head, "id" | "model">>): Head {
  return { id: id || `chatcmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model: model ?? "" };
}
