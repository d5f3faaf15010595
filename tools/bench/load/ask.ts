import { setTimeout as sleep } from "node:timers/promises";
import { answerTokens, type Kind, questionBody } from "../conversation.ts";
import { percentile } from "../statistics.ts";
import { problemOf } from "./check.ts";
import { Connection } from "./connection.ts";
import type { AskJob, AskResult, Latency, Target } from "./job.ts";

/** One answer of so many is read and compared word by word. */
const checkedEvery = 64;

/** The bytes of one request. */
export function requestBytes({ port, model, headers }: Target, kind: Kind): Buffer {
  const body = questionBody(kind, model);
  const lines = Object.entries({
    host: `127.0.0.1:${port}`,
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST /v1/chat/completions HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
}

/** Keeps the connections asking until time is up, or the first answer is wrong. */
export async function ask(job: AskJob, stopped: AbortSignal, progress: (requests: number) => void): Promise<AskResult> {
  const questions = job.kinds.map((kind) => ({ kind, bytes: requestBytes(job.target, kind) }));
  const whole: number[] = [];
  const first: number[] = [];
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  let asked = 0;
  let failure: string | undefined;

  const finished = () => {
    if (failure !== undefined || stopped.aborted) return true;
    const seconds = (performance.now() - started) / 1000;
    return seconds >= job.longestSeconds || (seconds >= job.seconds && asked >= job.atLeast);
  };
  const converse = async (connection: Connection) => {
    while (!finished()) {
      const turn = asked++;
      const question = questions[turn % questions.length];
      if (!question) return;
      const answer = await connection.ask(question.bytes);
      const problem = problemOf(question.kind, answer, answerTokens, turn % checkedEvery === 0);
      if (problem !== undefined) throw new Error(problem);
      whole.push(answer.wholeMs);
      first.push(answer.firstMs);
      if (job.pauseMs > 0) await sleep(-Math.log(1 - Math.random()) * job.pauseMs);
    }
  };

  const ticker = setInterval(() => progress(whole.length), 1000);
  const connections = Array.from({ length: job.connections }, () => new Connection(job.target.port));
  await Promise.all(
    connections.map((connection) =>
      converse(connection).catch((error: Error) => {
        failure ??= error.message;
      }),
    ),
  );
  clearInterval(ticker);
  const elapsedMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpuBefore);
  for (const connection of connections) connection.close();
  return {
    requests: whole.length,
    elapsedMs,
    whole: latencyOf(whole),
    first: latencyOf(first),
    cpuMs: (user + system) / 1000,
    ...(failure === undefined ? {} : { failure }),
  };
}

function latencyOf(samples: readonly number[]): Latency {
  const ascending = Float64Array.from(samples).sort();
  return { p50: percentile(ascending, 0.5), p99: percentile(ascending, 0.99) };
}
