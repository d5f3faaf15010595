import http from "node:http";
import net from "node:net";

/** What a load has seen when it ends. */
export interface Report {
  readonly answers: ReadonlyMap<string, number>;
  readonly failures: readonly string[];
}

const mostUnderWay = 200;

/** Requests that keep coming: each on a connection of its own, or on a few that are kept alive. */
export class Load {
  readonly #port: number;
  readonly #answers = new Map<string, number>();
  readonly #failures: string[] = [];
  readonly #underWay = new Set<Promise<void>>();
  readonly #agents: http.Agent[] = [];
  #stopped = false;

  constructor(port: number) {
    this.#port = port;
  }

  /** New connections, so many a second. */
  open(perSecond: number): this {
    const tick = setInterval(() => {
      if (this.#stopped) clearInterval(tick);
      else if (this.#underWay.size < mostUnderWay) this.#track(this.#request(new http.Agent({ keepAlive: false })));
    }, 1000 / perSecond);
    return this;
  }

  /** Connections that serve one request after the other. */
  keepAlive(connections: number): this {
    for (let index = 0; index < connections; index++) {
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
      this.#agents.push(agent);
      const loop = async (): Promise<void> => {
        while (!this.#stopped) {
          await this.#request(agent);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      };
      this.#track(loop());
    }
    return this;
  }

  answered(): number {
    return [...this.#answers.values()].reduce((sum, count) => sum + count, 0);
  }

  async stop(): Promise<Report> {
    this.#stopped = true;
    await Promise.all(this.#underWay);
    for (const agent of this.#agents) agent.destroy();
    return { answers: this.#answers, failures: this.#failures };
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }

  async #request(agent: http.Agent): Promise<void> {
    try {
      const answer = await get(this.#port, "/", agent);
      this.#answers.set(answer, (this.#answers.get(answer) ?? 0) + 1);
    } catch (error) {
      this.#failures.push(String(error));
    }
  }
}

export function get(port: number, path = "/", agent = new http.Agent({ keepAlive: false })): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: "127.0.0.1", port, path, agent }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        body += part;
      });
      response.on("end", () =>
        response.statusCode === 200 ? resolve(body) : reject(new Error(`status ${response.statusCode}`)),
      );
      response.on("error", reject);
    });
    request.on("error", reject);
  });
}

/** A response that comes part by part, each when it is asked for. */
export class Stream {
  readonly #request: http.ClientRequest;
  readonly #parts: AsyncIterator<string>;

  constructor(port: number, parts: number) {
    const agent = new http.Agent({ keepAlive: false });
    this.#request = http.request({
      host: "127.0.0.1",
      port,
      path: `/stream?parts=${parts}`,
      method: "POST",
      agent,
    });
    this.#request.flushHeaders();
    this.#parts = read(this.#request);
  }

  /** `undefined` at its proper end; throws where it was cut. */
  async next(): Promise<string | undefined> {
    if (!this.#request.writableEnded) this.#request.write("next\n");
    const { value, done } = await this.#parts.next();
    return done === true ? undefined : value;
  }
}

async function* read(request: http.ClientRequest): AsyncGenerator<string> {
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    request.once("response", resolve);
    request.once("error", reject);
  });
  response.setEncoding("utf8");
  request.on("error", () => undefined);
  for await (const part of response) yield* String(part).trimEnd().split("\n");
}

/** Whether anyone accepts on a port. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
