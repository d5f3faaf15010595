import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** How a command ended and what it printed. */
export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A copy of this checkout as a newcomer has it: what git would hand out and nothing else, with state of its own. What
 * was built for this machine is found in the cache, as it is for anybody's second clone.
 */
export class Clone {
  readonly directory = mkdtempSync(join(tmpdir(), "hybrid-llm-clone-"));
  readonly state = mkdtempSync(join(tmpdir(), "hybrid-llm-state-"));

  constructor() {
    const files = git(project, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
      .split("\0")
      .filter(Boolean);
    for (const file of files) cpSync(join(project, file), join(this.directory, file));
    git(this.directory, "init", "--quiet");
    git(this.directory, "add", "--all");
    git(this.directory, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "-m", "clone");
  }

  /** Starts a command; its environment has no provider's key and no Pulumi setting of whoever runs the tests. */
  start(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): ChildProcess {
    return spawn(command, args, {
      cwd: this.directory,
      env: { ...bareEnvironment(), XDG_STATE_HOME: this.state, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
  }

  /** Runs a command to its end. */
  run(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Result> {
    return finish(this.start(command, args, environment));
  }

  /** Runs a script of package.json. */
  npm(script: string, args: readonly string[] = [], environment: NodeJS.ProcessEnv = {}): Promise<Result> {
    return this.run("npm", ["run", "-s", script, ...(args.length > 0 ? ["--", ...args] : [])], environment);
  }

  read(file: string): string {
    return readFileSync(join(this.directory, file), "utf8");
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.directory, file), text);
  }

  /** Files that differ from what was cloned. */
  changes(): string {
    return git(this.directory, "status", "--porcelain");
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
    rmSync(this.state, { recursive: true, force: true });
  }
}

/** Waits for a process's end and collects what it prints. */
export function finish(child: ChildProcess): Promise<Result> {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
}

function bareEnvironment(): NodeJS.ProcessEnv {
  const settings = /^(PULUMI_|npm_(?!config_)|NODE_(?:ENV|OPTIONS|PATH)$|VITEST|OLLAMA_|AIRGAP_|.*_API_KEY$)/;
  const bare = Object.fromEntries(Object.entries(process.env).filter(([name]) => !settings.test(name)));
  // Nothing answers there, so that no Ollama of this machine is taken for a part of the test.
  return { ...bare, OLLAMA_HOST: "http://127.0.0.1:1" };
}

function git(directory: string, ...args: string[]): string {
  return execFileSync("git", args, { cwd: directory, encoding: "utf8", maxBuffer: 64 << 20 });
}
