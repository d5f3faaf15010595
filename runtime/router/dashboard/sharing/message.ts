import { z } from "zod";
import type { LiveRequest, RouterName } from "../../../dashboard/protocol.ts";

/** Requests in one message, and its bytes; what is more is left out, the oldest first. */
export const mostRequests = 100;
export const mostBytes = 65_536;

const text = z.string().max(1_000);
const count = z.int().min(0);

const SharedRequest = z.object({
  number: z.int(),
  id: text,
  at: z.number(),
  route: text,
  tenant: text.optional(),
  key: text.optional(),
  asked: text.optional(),
  backend: text.optional(),
  model: text.optional(),
  attempts: count,
  failures: z.array(z.object({ backend: text, model: text.optional(), reason: text })).max(20),
  reason: text.optional(),
  streams: z.boolean().optional(),
  status: count.optional(),
  outcome: text.optional(),
  error: text.optional(),
  ms: z.number().optional(),
  firstTokenMs: z.number().optional(),
  cost: z.number().optional(),
});

/** What a router tells the others: no prompt and no answer is ever part of it. Further fields are a newer version's. */
const Message = z.object({
  /** Of one life of one process. */
  from: text,
  router: z.object({ name: text, region: text.optional(), process: text }),
  requests: z.array(z.unknown()).max(mostRequests),
});

export interface Told {
  readonly from: string;
  readonly router: RouterName;
  readonly requests: readonly LiveRequest[];
}

/** @param requests the latest at the end */
export function encode({ from, router, requests }: Told): string {
  const rows: string[] = [];
  let bytes = 0;
  for (const request of requests.slice(-mostRequests).toReversed()) {
    const row = JSON.stringify(shortened(request));
    bytes += Buffer.byteLength(row) + 1;
    if (bytes > mostBytes) break;
    rows.push(row);
  }
  return `{"from":${JSON.stringify(from)},"router":${JSON.stringify(router)},"requests":[${rows.reverse().join(",")}]}`;
}

/** As the schema takes it: what is too long is cut. */
function shortened({ router: _, failures, ...request }: LiveRequest): object {
  const shorter = failures.slice(-20).map((hop) => ({ ...hop, reason: hop.reason.slice(0, 300) }));
  return { ...request, failures: shorter };
}

/** Undefined where it is none; requests in it that are none are left out. */
export function decode(message: string): Told | undefined {
  try {
    const { requests, ...told } = Message.parse(JSON.parse(message));
    const rows = requests.flatMap((row) => SharedRequest.safeParse(row).data ?? []);
    // JSON has no undefined: what is absent is absent.
    return { ...told, requests: rows } as Told;
  } catch {
    return undefined;
  }
}
