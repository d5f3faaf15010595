import { type Answer, Answers, type Asked } from "./answers.ts";
import { Confirmations } from "./confirmations.ts";
import { Holder } from "./holder.ts";
import type { Kept, LocalCache } from "./platform.ts";
import { type CacheHit, cacheHitsPath, edgeTermsHeader, readEdgeTerms } from "./protocol.ts";
import { type Question, questionOf } from "./question.ts";
import { keyOf, requestIdOf, unreachable } from "./refusal.ts";

export interface EdgeParts {
  readonly kept: Kept;
  readonly cache: LocalCache;
  /** An answer is kept no longer; 0: none is. */
  readonly cacheSeconds: number;
  /** A region must have admitted a key so lately for it to be given what is kept. */
  readonly confirmSeconds: number;
  /** Asks the nearest region. */
  readonly region: (request: Request) => Promise<Response>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Told what failed without failing a request; never what was asked, answered, or by whom. */
  readonly warn: (what: string) => void;
}

/** Goes on with it after the answer was sent. */
type Later = (work: Promise<unknown>) => void;

/** A question of somebody whose key looks good. */
interface Inquiry extends Omit<Asked, "generation"> {
  readonly request: Request;
  readonly began: number;
}

/** Says what the edge had to do with an answer. */
const header = "x-router-edge";

/**
 * What stands before all regions. It refuses what is no key, gives frequent answers again to those who got them before and
 * whose key a region has admitted lately, and passes on all else. It knows no key by itself, and asks no model: money is
 * counted where it is reserved, in the regions. Whatever fails here, the request goes to a region.
 */
export class Edge {
  readonly #parts: EdgeParts;
  readonly #answers: Answers;
  readonly #confirmations: Confirmations;

  constructor(parts: EdgeParts) {
    const { kept, cache, cacheSeconds, confirmSeconds, now } = parts;
    this.#parts = parts;
    this.#answers = new Answers(kept, cacheSeconds, now);
    this.#confirmations = new Confirmations(cache, confirmSeconds, now);
  }

  async answer(request: Request, later: Later): Promise<Response> {
    const { key, refused } = keyOf(request);
    if (refused) return marked(refused, "refused");
    const question = this.#parts.cacheSeconds > 0 && key !== undefined ? questionOf(request) : undefined;
    if (!question || key === undefined) return marked(await this.#pass(request), "pass");
    return this.#inquire(await this.#read(request, question, key), later);
  }

  async #read(request: Request, question: Question, key: string): Promise<Inquiry> {
    const { url, method, headers } = request;
    const began = this.#parts.now();
    const body = new Uint8Array(await request.arrayBuffer());
    const again = new Request(url, { method, headers, body, redirect: "manual" });
    return { request: again, began, holder: await Holder.of(key), question, body };
  }

  async #inquire(inquiry: Inquiry, later: Later): Promise<Response> {
    const generation = await this.#tried("look who was admitted", this.#confirmations.generationOf(inquiry.holder));
    const asked = generation === undefined ? undefined : { ...inquiry, generation };
    const answer = asked && (await this.#tried("look for an answer", this.#answers.find(asked)));
    if (!asked || !answer) return this.#askRegion(inquiry, later);
    const id = requestIdOf(inquiry.request);
    const latency = this.#parts.now() - inquiry.began;
    later(this.#tried("tell of an answer", this.#tell(asked, { answer, id, latency })));
    return this.#given(answer, id);
  }

  async #askRegion(inquiry: Inquiry, later: Later): Promise<Response> {
    const response = await this.#pass(inquiry.request);
    const { holder, began: at } = inquiry;
    const terms = response.status === 200 ? readEdgeTerms(response.headers.get(edgeTermsHeader)) : undefined;
    const { generation, keep } = terms ?? {};
    if (terms || isRefusal(response)) {
      later(this.#tried("note who was admitted", this.#confirmations.note(holder, { generation, at })));
    }
    if (generation === undefined) return marked(response, "miss");
    if (!keep || response.body === null || response.headers.has("content-encoding")) return marked(response, "miss");
    const [sent, copied] = response.body.tee();
    const copy = new Response(copied, response);
    later(this.#tried("keep an answer", this.#answers.keep({ ...inquiry, generation }, keep, copy)));
    return marked(new Response(sent, response), "miss");
  }

  /** Tells a region, which writes it down, counts it in limits of rate, and says whether key and answer are still good. */
  async #tell(asked: Asked & Inquiry, { answer, id, latency }: Given): Promise<void> {
    const { request, holder, question } = asked;
    const at = this.#parts.now();
    const hit: CacheHit = { route: question.route, answer: answer.answer, latency_ms: latency };
    const headers = { ...ofRequest(request), "x-request-id": id, "content-type": "application/json" };
    const url = new URL(cacheHitsPath, request.url);
    const response = await this.#parts.region(
      new Request(url, { method: "POST", headers, body: JSON.stringify(hit), redirect: "manual" }),
    );
    await response.body?.cancel();
    const generation = readEdgeTerms(response.headers.get(edgeTermsHeader))?.generation;
    if (response.ok && generation !== undefined) return this.#confirmations.note(holder, { generation, at });
    if (response.status === 404) await this.#answers.drop(asked);
    if (isRefusal(response)) return this.#confirmations.note(holder, { at });
    this.#parts.warn(`a region took no note of a hit: ${response.status}`);
  }

  #given({ headers, bornAt, body }: Answer, id: string): Response {
    const age = String(Math.max(0, Math.floor((this.#parts.now() - bornAt) / 1_000)));
    return new Response(body, { headers: { ...headers, age, "x-request-id": id, [header]: "hit" } });
  }

  async #pass(request: Request): Promise<Response> {
    try {
      return await this.#parts.region(request);
    } catch {
      return unreachable(request);
    }
  }

  /** What fails here is passed over, and told. */
  async #tried<Result>(what: string, work: Promise<Result>): Promise<Result | undefined> {
    try {
      return await work;
    } catch (error) {
      this.#parts.warn(`could not ${what}: ${error instanceof Error ? error.name : "unknown"}`);
      return undefined;
    }
  }
}

interface Given {
  readonly answer: Answer;
  readonly id: string;
  /** Milliseconds. */
  readonly latency: number;
}

/** Whatever a region refuses a client, it is to say itself the next time. */
const isRefusal = ({ status }: Response): boolean => status >= 400 && status < 500;

/** What a region must know of the request that an answer was given to. */
const passedOn = ["authorization", "x-api-key", "x-router-feature", "traceparent", "tracestate"];
const ofRequest = ({ headers }: Request): Record<string, string> =>
  Object.fromEntries(passedOn.flatMap((name) => (headers.has(name) ? [[name, headers.get(name) ?? ""]] : [])));

function marked(response: Response, what: "miss" | "pass" | "refused"): Response {
  const own = new Response(response.body, response);
  own.headers.delete(edgeTermsHeader);
  own.headers.set(header, what);
  return own;
}
