import { readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The dashboard's files by name: two pages, and what they load, whose names have the hash of their contents. */
export type DashboardFiles = Readonly<Record<string, string>>;

export interface BuiltDashboard {
  readonly files: DashboardFiles;
  /** What it was made from, from the project's top. */
  readonly inputs: readonly string[];
}

const page = join(dirname(fileURLToPath(import.meta.url)), "page");
const project = dirname(dirname(dirname(page)));
const entries = ["main.ts", "theme.ts", "style.css", "icon.svg"];
const pages = ["index.html", "sign-in.html", "elsewhere.html"];

/** Bundles the page's scripts and styles. */
export async function buildDashboard(): Promise<BuiltDashboard> {
  const esbuild = await import("esbuild");
  const { outputFiles, metafile } = await esbuild.build({
    entryPoints: entries.map((name) => join(page, name)),
    absWorkingDir: project,
    bundle: true,
    format: "iife",
    target: ["es2022", "chrome110", "firefox115", "safari16"],
    minify: true,
    charset: "utf8",
    legalComments: "none",
    loader: { ".svg": "copy" },
    entryNames: "[name]-[hash]",
    outdir: "out",
    logLevel: "silent",
    metafile: true,
    write: false,
  });
  const made = Object.fromEntries(outputFiles.map(({ path, text }) => [basename(path), text]));
  const htmls = pages.map((name) => [name, linked(readFileSync(join(page, name), "utf8"), Object.keys(made))]);
  return {
    files: { ...made, ...Object.fromEntries(htmls) },
    inputs: [
      ...Object.keys(metafile.inputs),
      ...pages.map((name) => relative(project, join(page, name))),
      relative(project, fileURLToPath(import.meta.url)),
    ],
  };
}

/** Names of files as they are now: `assets/style.css` becomes `/dashboard/assets/style-K3ZQ....css`. */
function linked(html: string, names: readonly string[]): string {
  return html.replace(/"assets\/([\w-]+)\.(\w+)"/g, (_, stem: string, type: string) => {
    const name = names.find((each) => each.startsWith(`${stem}-`) && each.endsWith(`.${type}`));
    if (name === undefined) throw new Error(`the dashboard has no file ${stem}.${type}`);
    return `"/dashboard/assets/${name}"`;
  });
}
