// The first step of every npm command, in the JavaScript of any Node: installs the locked packages where they are not
// there yet (Node 24 is one of them), then runs the command's TypeScript with that Node.
//
//   node tools/start.mjs <file> [arguments]
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const project = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(project, "node_modules", ".hybrid-llm-installed");
const minimum = [22, 19];

const [file, ...args] = process.argv.slice(2);
install();
const node = findNode();
const binaries = join(project, "node_modules", ".bin");
const child = spawn(node, ["--disable-warning=ExperimentalWarning", join(project, file), ...args], {
  stdio: "inherit",
  env: {
    ...process.env,
    PATH: `${binaries}:${process.env.PATH}`,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE || join(project, ".pulumi", "compiled"),
  },
});
// The terminal sends Ctrl-C to the whole group; a kill of this process alone is passed on.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));

/** Runs `npm ci` unless exactly these locked packages are there already. */
function install() {
  const lock = createHash("sha256")
    .update(readFileSync(join(project, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  process.stderr.write("Installing the locked npm packages.\n");
  const started = Date.now();
  const result = spawnSync("npm", ["ci", "--loglevel=error", "--no-progress"], {
    cwd: project,
    stdio: ["ignore", 2, 2],
  });
  if (result.error || result.status !== 0) {
    const reason = result.error ? result.error.message : `npm ci ended with exit code ${result.status}`;
    fail(
      `The packages could not be installed: ${reason}. Check that the npm registry can be reached, then run this again.`,
    );
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, lock);
  process.stderr.write(`Installed them in ${Math.round((Date.now() - started) / 1000)} s.\n`);
}

/** The Node that the project brings along, else the one that runs this, if it is new enough. */
function findNode() {
  const own = join(project, "node_modules", ".bin", "node");
  if (existsSync(own)) return own;
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > minimum[0] || (major === minimum[0] && minor >= minimum[1])) return process.execPath;
  return fail(
    `Node ${minimum.join(".")} or newer is needed; npm has none for ${process.platform}-${process.arch}. Install Node 24.`,
  );
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
