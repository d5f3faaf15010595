import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { pullOrders, pullScript } from "../../../infra/models/index.ts";

/** A stand-in for the command: what was pulled is a file, and every call but waiting is written down. */
const ollama = `#!/bin/sh
cd "$(dirname "$0")"
file() { echo "$1" | tr '/:' '__'; }
case "$1" in
  serve) trap 'exit 0' TERM; while :; do sleep 0.05; done ;;
  list) ;;
  show) [ -e "has-$(file "$2")" ] ;;
  pull) echo "pull $2" >> calls; [ ! -e broken ] && : > "has-$(file "$2")" ;;
  cp) echo "cp $2 $3" >> calls; : > "has-$(file "$3")" ;;
esac
`;

function machine(files: readonly string[] = []) {
  const folder = mkdtempSync(join(tmpdir(), "pull-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "ollama"), ollama, { mode: 0o755 });
  for (const file of ["calls", ...files]) writeFileSync(join(folder, file), "");
  return {
    run(models: readonly string[], store?: string) {
      const script = pullScript(pullOrders(models, store));
      const { status } = spawnSync("/bin/sh", ["-c", script], {
        env: { PATH: `${folder}:${process.env.PATH}` },
        timeout: 30_000,
      });
      return { status, calls: readFileSync(join(folder, "calls"), "utf8").split("\n").filter(Boolean) };
    },
  };
}

describe("the script that pulls models", () => {
  it("pulls what is not there yet, once", () => {
    const pod = machine(["has-mistral_7b"]);
    expect(pod.run(["llama3:8b", "mistral:7b"])).toEqual({ status: 0, calls: ["pull llama3:8b"] });
    expect(pod.run(["llama3:8b", "mistral:7b"])).toEqual({ status: 0, calls: ["pull llama3:8b"] });
  });

  it("pulls from a mirror and calls them by their own names", () => {
    const pod = machine();
    const calls = ["pull models.example.com/library/llama3:8b", "cp models.example.com/library/llama3:8b llama3:8b"];
    expect(pod.run(["llama3:8b"], "https://models.example.com")).toEqual({ status: 0, calls });
    expect(pod.run(["llama3:8b"], "https://models.example.com")).toEqual({ status: 0, calls });
  });

  it("fails where a model can't be had, so that the pod waits instead of answering without it", () => {
    expect(machine(["broken"]).run(["llama3:8b"])).toEqual({ status: 1, calls: ["pull llama3:8b"] });
  });
});
