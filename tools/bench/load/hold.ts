import { setTimeout as sleep } from "node:timers/promises";
import { requestBytes } from "./ask.ts";
import { problemOf } from "./check.ts";
import { Connection } from "./connection.ts";
import type { HoldJob, HoldState } from "./job.ts";

/** Streams are opened in small crowds, so that none waits in a full queue of new connections. */
const openedAtOnce = 100;
const betweenMs = 100;

/** Opens all streams, reads each to its end, and counts those that don't come whole. */
export async function hold(
  job: HoldJob,
  stopped: AbortSignal,
  progress: (state: HoldState) => void,
): Promise<HoldState> {
  const request = requestBytes(job.target, "sse");
  const connections: Connection[] = [];
  const streams: Promise<void>[] = [];
  let open = 0;
  let complete = 0;
  let lost = 0;
  let failure: string | undefined;
  const state = (): HoldState => ({ open, complete, lost, ...(failure === undefined ? {} : { failure }) });

  const stream = async (connection: Connection) => {
    let begun = false;
    try {
      const answer = await connection.ask(request, () => {
        begun = true;
        open++;
      });
      const problem = problemOf("sse", answer, job.tokens, true);
      if (problem !== undefined) throw new Error(problem);
      complete++;
    } catch (error) {
      lost++;
      failure ??= (error as Error).message;
    }
    if (begun) open--;
    connection.close();
  };
  const closeAll = () => {
    for (const connection of connections) connection.close();
  };
  stopped.addEventListener("abort", closeAll);
  const ticker = setInterval(() => progress(state()), 250);
  for (let index = 0; index < job.streams && !stopped.aborted; index++) {
    const connection = new Connection(job.target.port);
    connections.push(connection);
    streams.push(stream(connection));
    if ((index + 1) % openedAtOnce === 0) await sleep(betweenMs);
  }
  await Promise.all(streams);
  clearInterval(ticker);
  return state();
}
