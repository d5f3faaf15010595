import { join, resolve } from "node:path";
import {
  benchBudget,
  benchCache,
  benchCompare,
  benchLedger,
  benchPreview,
  benchSoak,
  benchStreams,
  createPortkey,
  type Kind,
  litellm,
} from "../bench/index.ts";
import { Failure, terminalProgress } from "../engine/index.ts";
import { runCommand } from "./command.ts";

const usage = `
npm run bench [-- OPTIONS]
npm run bench -- streams [--streams 2000] [--seconds 20]
npm run bench -- soak [--requests 1000000] [--connections 32]
npm run bench -- budget [--seconds 5] [--connections 64]
npm run bench -- cache [--rounds 5] [--seconds 2] [--connections 16]
npm run bench -- ledger [--rows 10000000] [--rounds 5]
npm run bench -- preview [prod] [--rounds 5]

Measures what the router costs, side by side in one run: a fake provider asked directly, a bare fastify + undici proxy,
our router with everything on (a key, breakers, prediction, metrics, a log line and a recorded trace for each request),
Portkey and LiteLLM. Each is a process of its own, on loopback, without TLS. In every round each case visits every
system, in random order. CPU is user and system time of a system's processes, divided by its answers: it and its ratios
also hold on a busy machine, times and rates only on an idle one. Linux only.

A full run takes about 25 minutes, most of them for LiteLLM; with --peers none it takes 7.

  --quick               about two minutes: the bare proxy and ours at 16 connections
  --rounds N            5 by default
  --seconds N           of each case, 3 by default; longer where a system needs it for 200 answers
  --connections LIST    1,16,64 by default
  --cases LIST          json,sse by default
  --peers LIST          portkey,litellm by default; none leaves them out
  --no-install          leaves out a peer that is not there yet; else it comes from npm or PyPI, once, into the user's
                        cache folder
  --portkey-node FILE   the Node that runs Portkey, for example of version 20, as in its makers' image; else ours
  --events-per-write N  events that the fake provider puts into one write, 4 by default
  --before FOLDER       also measures the router of another checkout, as "before"
  --profile             records a CPU profile of ours, says where it is, and prints where the time went; figures of such
                        a run are not comparable
  --json FILE           writes every figure
  --chart FILE          writes a chart: docs/bench.svg by default for a full run

streams holds so many streams open in one router process, a token each second, and counts the lost ones.
soak sends so many requests, JSON and streams in turn, and says whether memory stays flat; Ctrl-C ends it with what it
has. budget measures what reserving and settling an attempt's cost takes in memory and in Redis, and how many attempts one
Redis can account for. cache measures what a request costs the router whose answer is kept, and one that gets a kept
answer, with and without Redis. ledger fills a real PostgreSQL behind PgBouncer with rows and measures reports over them; 10 million
take about ten minutes and 10 GB of disk. preview times npm run preview of a stack beside the same engine with a program that
only registers the stack's providers. All take --json, and soak --chart (docs/soak.svg by default for a million
requests).
`;

const kinds: readonly Kind[] = ["json", "sse"];
const full = { rounds: "5", seconds: "3", warmSeconds: 4, connections: "1,16,64", peers: "portkey,litellm" };
const quick = { rounds: "5", seconds: "1.5", warmSeconds: 6, connections: "16", peers: "none" };
const fullSoak = 1_000_000;

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted) process.exit(1);
    process.stderr.write("\nEnding it; the same again ends it at once.\n");
    stop.abort();
  });
}

await runCommand({
  usage,
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    seconds: { type: "string" },
    connections: { type: "string" },
    cases: { type: "string" },
    peers: { type: "string" },
    "portkey-node": { type: "string" },
    "no-install": { type: "boolean", default: false },
    "events-per-write": { type: "string", default: "4" },
    before: { type: "string" },
    profile: { type: "boolean", default: false },
    json: { type: "string" },
    chart: { type: "string" },
    streams: { type: "string", default: "2000" },
    requests: { type: "string", default: String(fullSoak) },
    rows: { type: "string", default: "10000000" },
  },
  run(given, positionals) {
    const progress = terminalProgress();
    const output = (usualChart: string | undefined) => {
      const chart = given.chart ?? usualChart;
      return { ...(given.json === undefined ? {} : { json: given.json }), ...(chart === undefined ? {} : { chart }) };
    };
    const [what, ...rest] = positionals;
    if (what === "streams" && rest.length === 0) {
      const streams = count("--streams", given.streams);
      const seconds = count("--seconds", given.seconds ?? "20");
      return benchStreams({ streams, seconds, ...output(undefined) }, progress, stop.signal);
    }
    if (what === "soak" && rest.length === 0) {
      const requests = count("--requests", given.requests);
      const connections = count("--connections", given.connections ?? "32");
      const chart = requests >= fullSoak ? join("docs", "soak.svg") : undefined;
      return benchSoak({ requests, connections, ...output(chart) }, progress, stop.signal);
    }
    if (what === "budget" && rest.length === 0) {
      const seconds = positive("--seconds", given.seconds ?? "5");
      const connections = count("--connections", given.connections ?? "64");
      return benchBudget({ seconds, connections, ...output(undefined) }, progress);
    }
    if (what === "cache" && rest.length === 0) {
      const seconds = positive("--seconds", given.seconds ?? "2");
      const rounds = count("--rounds", given.rounds ?? "5");
      const connections = count("--connections", given.connections ?? "16");
      return benchCache({ seconds, rounds, connections, ...output(undefined) }, progress, stop.signal);
    }
    if (what === "ledger" && rest.length === 0) {
      const options = { rows: count("--rows", given.rows), rounds: count("--rounds", given.rounds ?? "5") };
      return benchLedger({ ...options, ...output(undefined) }, progress, stop.signal);
    }
    if (what === "preview" && rest.length <= 1) {
      const options = { stack: rest[0] ?? "prod", rounds: count("--rounds", given.rounds ?? "5") };
      return benchPreview({ ...options, ...output(undefined) }, progress, stop.signal);
    }
    if (what !== undefined) {
      throw new Failure(`There is no benchmark ${positionals.join(" ")}.`, [
        "use streams, soak, budget, cache, ledger or preview, or leave it out",
      ]);
    }
    const peers = [createPortkey(given["portkey-node"]), litellm];
    const { rounds, seconds, connections, cases, profile } = given;
    const altered = [rounds, seconds, connections, cases, given.peers].some((value) => value !== undefined);
    const chart = altered || given.quick || profile ? undefined : join("docs", "bench.svg");
    const usual = given.quick ? quick : full;
    const chosen = {
      kinds: choose("--cases", cases ?? "json,sse", kinds),
      peers: choose("--peers", given.peers ?? usual.peers, ["none", ...peers.map(({ name }) => name)]),
    };
    const options = {
      kinds: chosen.kinds,
      connections: (connections ?? usual.connections).split(",").map((text) => count("--connections", text)),
      rounds: count("--rounds", rounds ?? usual.rounds),
      seconds: positive("--seconds", seconds ?? usual.seconds),
      warmSeconds: usual.warmSeconds,
      eventsPerWrite: count("--events-per-write", given["events-per-write"]),
      peers: peers.filter(({ name }) => chosen.peers.includes(name)),
      install: !given["no-install"],
      ...(given.before === undefined ? {} : { before: resolve(given.before) }),
      profile,
      ...output(chart),
    };
    return benchCompare(options, progress, stop.signal);
  },
});

/** The words of a list between commas, each of them known. */
function choose<Word extends string>(option: string, given: string, known: readonly Word[]): Word[] {
  return given.split(",").map((text) => {
    const word = known.find((each) => each === text.trim());
    if (word === undefined) throw new Failure(`${option} knows ${known.join(", ")}, not ${text}.`);
    return word;
  });
}

function count(option: string, given: string): number {
  if (!/^[1-9]\d{0,8}$/.test(given.trim())) throw new Failure(`${option} wants a whole number above 0, not ${given}.`);
  return Number(given);
}

function positive(option: string, given: string): number {
  if (!(Number(given) > 0)) throw new Failure(`${option} wants a number above 0, not ${given}.`);
  return Number(given);
}
