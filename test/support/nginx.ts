import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { nginx, nginxServer } from "../../tools/parts/index.ts";
import { describeWith } from "./part.ts";

export const describeWithNginx = (name: string, tests: () => void): void => describeWith(nginx, name, tests);

/** An nginx of one's own, with one file included in `http`. */
export class NginxServer {
  readonly #process: ChildProcess;
  readonly #directory: string;
  readonly #ended: Promise<void>;
  #said = "";

  private constructor(process: ChildProcess, directory: string) {
    this.#process = process;
    this.#directory = directory;
    process.stderr?.on("data", (chunk: Buffer) => {
      this.#said += chunk.toString("utf8");
    });
    this.#ended = new Promise((resolve) => process.once("close", () => resolve()));
  }

  /** @param port on which the included file listens */
  static async start(included: string, port: number): Promise<NginxServer> {
    const directory = mkdtempSync(join(tmpdir(), "hybrid-llm-nginx-"));
    writeFileSync(join(directory, "mtls.conf"), included);
    writeFileSync(join(directory, "nginx.conf"), mainConf(directory));
    const child = spawn(
      nginxServer() ?? "nginx",
      ["-p", directory, "-c", join(directory, "nginx.conf"), "-e", "stderr"],
      {
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    const server = new NginxServer(child, directory);
    while (!(await answers(port))) {
      if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}: ${server.#said}`);
      await sleep(20);
    }
    return server;
  }

  async stop(): Promise<void> {
    this.#process.kill("SIGTERM");
    await this.#ended;
    rmSync(this.#directory, { recursive: true });
  }
}

function mainConf(directory: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return [
    ...(process.getuid?.() === 0 ? ["user root;"] : []),
    "daemon off;",
    "worker_processes 1;",
    `pid ${directory}/nginx.pid;`,
    "events { worker_connections 64; }",
    "http {",
    "    access_log off;",
    ...temporary.map((what) => `    ${what}_temp_path ${directory}/${what};`),
    "    include mtls.conf;",
    "}",
    "",
  ].join("\n");
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("close", () => socket.destroy());
    socket.on("connect", () => socket.destroy());
  });
