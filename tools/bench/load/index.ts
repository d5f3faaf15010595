import { join } from "node:path";
import { Child } from "../child.ts";
import type { AskJob, AskResult, HoldJob, HoldState, LoadJob, LoadOrder, LoadReport } from "./job.ts";

export type { AskJob, AskResult, HoldJob, HoldState, Target } from "./job.ts";

/** The load generator's process. */
export class Load {
  readonly #child: Child;

  constructor(folder: string) {
    this.#child = new Child({
      name: "load",
      command: process.execPath,
      args: [join(import.meta.dirname, "main.ts")],
      folder,
      channel: true,
    });
  }

  ask(
    job: Omit<AskJob, "type">,
    stop: AbortSignal,
    progress: (requests: number) => void = () => {},
  ): Promise<AskResult> {
    return this.#perform({ type: "ask", ...job }, stop, (report) => {
      if (report.type === "asking") progress(report.requests);
      return report.type === "asked" ? report.result : undefined;
    });
  }

  hold(job: Omit<HoldJob, "type">, stop: AbortSignal, progress: (state: HoldState) => void): Promise<HoldState> {
    return this.#perform({ type: "hold", ...job }, stop, (report) => {
      if (report.type === "holding") progress(report.state);
      return report.type === "held" ? report.state : undefined;
    });
  }

  /** @param read takes each report; what it returns ends the job */
  #perform<Result>(job: LoadJob, stop: AbortSignal, read: (report: LoadReport) => Result | undefined): Promise<Result> {
    const { process: child } = this.#child;
    const send = (order: LoadOrder) => void child.send(order);
    return new Promise((resolve, reject) => {
      const stopIt = () => send({ type: "stop" });
      const gone = () => settle(() => reject(this.#child.failure("ended within a job")));
      const listen = (report: LoadReport) => {
        const result = read(report);
        if (result !== undefined) settle(() => resolve(result));
      };
      const settle = (end: () => void) => {
        child.off("message", listen);
        child.off("exit", gone);
        stop.removeEventListener("abort", stopIt);
        end();
      };
      child.on("message", listen);
      child.on("exit", gone);
      send(job);
      if (stop.aborted) stopIt();
      else stop.addEventListener("abort", stopIt);
    });
  }
}
