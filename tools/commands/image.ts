import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { routerBase } from "../../infra/versions.ts";
import { Failure, type Progress, terminalProgress } from "../engine/index.ts";
import {
  archiveLayout,
  type Digest,
  findRevision,
  type Job,
  jobOf,
  login,
  makeImage,
  pushImage,
  tagOf,
  unpackLayout,
} from "../image/index.ts";
import { crane } from "../parts/index.ts";
import { runCommand } from "./command.ts";
import { repositoriesOf } from "./repositories.ts";

const defaultBase = `${routerBase.repository}@${routerBase.digest}`;

const usage = `
npm run image [-- [stack] [options]]

Makes the router's image without Docker, for both kinds of nodes: a small base, Node 24, the bundled router. Pushes it to
where the stack's clusters pull it from, each region's, and prints the digest for router.versions.<name>.imageDigest, the
same in every repository. One commit makes one digest, on whichever machine. Without a stack and --to nothing is pushed.

  --to REPOSITORY      pushes there as well, such as registry.example.com/hybrid-llm/router; may be repeated
  --output FILE.tar    an OCI layout in a file, to be carried into an air gap
  --from FILE.tar      pushes such a file instead of making an image
  --base IMAGE@DIGEST  another base with glibc and libstdc++, or the same from your mirror
                       (default: ${routerBase.repository}, by digest)
  --platform PLATFORM  linux/amd64 or linux/arm64 alone
  --json               for other programs
  --login REGISTRY     keeps the password on standard input in Docker's configuration; credential helpers work as well
  --user NAME          whose password it is (default: AWS, as ECR wants it)
  --help
`;

await runCommand({
  usage,
  options: {
    to: { type: "string", multiple: true },
    base: { type: "string" },
    platform: { type: "string", multiple: true },
    output: { type: "string" },
    from: { type: "string" },
    login: { type: "string" },
    user: { type: "string" },
    json: { type: "boolean", default: false },
  },
  async run({ json, ...options }, positionals) {
    const ofStack = positionals.length === 0 ? [] : await repositoriesOf(positionals);
    const to = [...ofStack, ...(options.to ?? [])];
    const job = jobOf({ ...options, ...(to.length > 0 ? { to } : {}) }, defaultBase);
    if (job.kind === "made" && job.output !== undefined && !existsSync(dirname(resolve(job.output)))) {
      throw new Failure(`There is no folder for ${job.output}.`, ["make it, then run this again"]);
    }
    const progress = terminalProgress();
    const program = crane.program(await crane.ensure(progress));
    if (job.kind === "login") return login(program, job.registry, job.user);
    const layout = mkdtempSync(join(tmpdir(), "hybrid-llm-image-"));
    try {
      const { digest, commit } = await fill(layout, program, job, progress);
      if (commit === undefined) progress.step("This is no clone: the image doesn't say what it was made from.");
      if (commit?.endsWith("-dirty")) progress.step("Files differ from their commit: the image says so in its labels.");
      if (job.kind === "made" && job.output !== undefined) await archiveLayout(layout, resolve(job.output));
      const pushed: string[] = [];
      for (const repository of job.repositories) {
        const target = `${repository}:${tagOf(digest, commit)}`;
        progress.step(`Pushing to ${target}.`);
        await pushImage(program, { layout, digest, target }, progress);
        pushed.push(target);
      }
      process.stdout.write(json ? `${JSON.stringify({ digest, pushed }, null, 2)}\n` : told(digest, pushed));
    } finally {
      rmSync(layout, { recursive: true, force: true });
    }
  },
});

/** Puts the image into a layout. */
async function fill(
  layout: string,
  program: string,
  job: Exclude<Job, { kind: "login" }>,
  progress: Progress,
): Promise<{ digest: Digest; commit?: string | undefined }> {
  if (job.kind === "carried") return unpackLayout(resolve(job.file), layout);
  const revision = await findRevision();
  const { base, platforms } = job;
  const digest = await makeImage(layout, { crane: program, base, platforms, revision }, progress);
  return { digest, commit: revision.commit };
}

function told(digest: Digest, pushed: readonly string[]): string {
  const lines = [...pushed.map((target) => `pushed  ${target}`), `digest  ${digest}`];
  const setting = ["router.versions.<name> of Pulumi.<stack>.yaml:", `  imageDigest: "${digest}"`];
  return `${[...lines, "", ...setting].join("\n")}\n`;
}
