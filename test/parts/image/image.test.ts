import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { extract } from "tar";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { placeOf } from "../../../infra/region/index.ts";
import { probes, renderClusterConfig } from "../../../infra/router/index.ts";
import { parseRouterConfig } from "../../../runtime/config/index.ts";
import { cacheDirectory, projectDirectory } from "../../../tools/engine/index.ts";
import { platforms } from "../../../tools/image/platform.ts";
import { freePort } from "../../../tools/parts/free-port.ts";
import { bubblewrap, crane, registry } from "../../../tools/parts/index.ts";
import { run } from "../../../tools/parts/run.ts";
import { describeWithServer, scratchDirectory } from "../support.ts";
import { type ImageProcess, podOf } from "./pod.ts";
import { type Registry, somebody, startRegistry } from "./registry.ts";
import { pushStandIn, thisPlatform } from "./stand-in.ts";

interface Told {
  readonly digest: string;
  readonly pushed: readonly string[];
}

describeWithServer(bubblewrap, "with bubblewrap", () => {
  describeWithServer(crane, "with crane", (craneFolder) => {
    describeWithServer(registry, "the router's image", (registryFolder) => {
      const program = crane.program(craneFolder);
      let scratch: string;
      let images: Registry;
      let base: string;
      let made: Told;

      /** The command, as a person runs it. */
      const command = join(projectDirectory, "tools", "commands", "image.ts");
      const environment = () => ({ DOCKER_CONFIG: join(scratch, "docker") });
      const image = async (...args: readonly string[]): Promise<Told> =>
        JSON.parse(await run(process.execPath, [command, ...args, "--json"], { environment: environment() })) as Told;

      beforeAll(async () => {
        scratch = scratchDirectory("image");
        chmodSync(scratch, 0o755);
        images = await startRegistry(registryFolder);
        base = await pushStandIn(program, images.host);
        const output = ["--output", join(scratch, "image.tar")];
        made = await image(
          "--base",
          base,
          "--to",
          `${images.host}/eu/router`,
          "--to",
          `${images.host}/us/router`,
          ...output,
        );
      });
      afterAll(async () => {
        await images.stop();
        rmSync(scratch, { recursive: true });
        const bases = join(cacheDirectory(), "image", "bases");
        const ours = readdirSync(bases).filter((name) => name.startsWith(base.split("sha256:")[1] ?? base));
        for (const name of ours) rmSync(join(bases, name), { recursive: true });
      });

      test("has the digest that is told, in every repository", async () => {
        expect(made.pushed).toHaveLength(2);
        for (const target of made.pushed) expect(await run(program, ["digest", target])).toBe(made.digest);
        expect(made.pushed.map((target) => target.split(":").at(-2)?.split("/").slice(1).join("/"))).toEqual([
          "eu/router",
          "us/router",
        ]);
      });

      test("has the same digest when it is made anew by somebody else, and leaves what is pushed already", async () => {
        const elsewhere = {
          XDG_CACHE_HOME: join(scratch, "cache"),
          PATH: [craneFolder, process.env.PATH].join(delimiter),
          TZ: "Asia/Tokyo",
        };
        const args = ["--base", base, "--to", `${images.host}/eu/router`, "--json"];
        const again = await run(process.execPath, [command, ...args], {
          environment: { ...environment(), ...elsewhere },
        });
        expect(JSON.parse(again)).toEqual({ digest: made.digest, pushed: made.pushed.slice(0, 1) });
      });

      test("is carried in a file to a registry that nothing else reaches", async () => {
        const carried = await image("--from", join(scratch, "image.tar"), "--to", `${images.host}/airgap/router`);
        expect(carried.digest).toBe(made.digest);
        expect(await run(program, ["digest", carried.pushed[0] ?? ""])).toBe(made.digest);
        await run(program, ["validate", "--remote", carried.pushed[0] ?? ""]);
      });

      test("waits for a password where a registry asks for one, and keeps the one that it is given", async () => {
        const closed = await startRegistry(registryFolder, true);
        onTestFinished(() => closed.stop());
        const push = () => image("--from", join(scratch, "image.tar"), "--to", `${closed.host}/router`);
        await expect(push()).rejects.toThrow(`npm run -s image -- --login ${closed.host} --user NAME`);
        const said = spawnSync(process.execPath, [command, "--login", closed.host, "--user", somebody.name], {
          input: somebody.password,
          env: { ...process.env, ...environment() },
          encoding: "utf8",
        });
        expect(said).toMatchObject({ status: 0 });
        expect(said.stdout + said.stderr).not.toContain(somebody.password);
        expect((await push()).digest).toBe(made.digest);
      });

      test.each(platforms)("holds Node for %s", async (platform) => {
        const root = await unpack(platform);
        const elf = readFileSync(join(root, "usr", "bin", "node")).subarray(0, 20);
        expect(elf.subarray(1, 4).toString()).toBe("ELF");
        // https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html, e_machine
        expect(elf.readUInt16LE(18)).toBe(platform === "linux/arm64" ? 183 : 62);
      });

      test("runs as the router's pod does: read-only, as nobody, ready, with a probe's node, and ends in good order", async () => {
        const root = await unpack(thisPlatform);
        const { config: says } = JSON.parse(
          await run(program, ["config", "--platform", thisPlatform, made.pushed[0] ?? ""]),
        ) as { config: ImageProcess };
        expect(says.User).toBe("65532:65532");
        const port = await freePort();
        const pod = podOf(join(root, ".."), says, configOf(port));

        const { ended, stop } = pod.start();
        let over = false;
        void ended.then(() => {
          over = true;
        });
        const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
        try {
          while (!over && (await statusOf(ask("/readyz"))) !== 200)
            await new Promise((resume) => setTimeout(resume, 50));
          expect(await statusOf(ask("/readyz")), over ? (await ended).output : "").toBe(200);
          // The page and the embedded database are files beside the bundle.
          expect(await (await ask("/dashboard")).text()).toContain("<html");
          expect(await (await ask("/health")).json()).toMatchObject({
            ledger: { writable: true, database: "embedded" },
          });
        } finally {
          if (!over) await stop();
        }
        expect((await ended).code).toBe(0);

        const [node = "", ...args] = execProbe();
        expect(node).toBe("node");
        expect(await pod.exec([node, "--version"])).toMatchObject({ code: 0, output: expect.stringMatching(/^v24\./) });
        // It can't read a certificate that isn't mounted here: what counts is that Node ran it.
        expect((await pod.exec([node, ...args])).output).toContain("/etc/hybrid-llm/tls/tls.crt");
        const write = 'require("node:fs").writeFileSync("/app/router.mjs", "")';
        expect((await pod.exec([node, "-e", write])).output).toContain("EROFS");
      });

      async function unpack(platform: string): Promise<string> {
        const folder = join(scratch, platform.replace("/", "-"));
        const root = join(folder, "root");
        rmSync(folder, { recursive: true, force: true });
        mkdirSync(root, { recursive: true });
        const file = join(folder, "files.tar");
        await run(program, ["export", "--platform", platform, made.pushed[0] ?? "", file]);
        await extract({ file, cwd: root });
        return root;
      }
    });
  });
});

/** As in a cluster, but for the address. */
function configOf(port: number) {
  const place = placeOf({ stack: "hybrid-llm-test", name: "here" });
  const config = parseRouterConfig({ backends: { local: {} } }, "test");
  const rendered = renderClusterConfig(place, { version: "current", config, security: { mode: "mesh" } }).config;
  return { ...rendered, listen: { ...rendered.listen, host: "127.0.0.1", port } };
}

function execProbe(): readonly string[] {
  const issuer = { name: "region", kind: "ClusterIssuer" } as const;
  const { exec } = probes({ mode: "tls", issuer, clientCertificate: "required" }).readinessProbe;
  return (exec as { readonly command: readonly string[] }).command;
}

async function statusOf(answer: Promise<Response>): Promise<number | undefined> {
  try {
    return (await answer).status;
  } catch {
    return undefined;
  }
}
