import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { projectDirectory } from "../engine/index.ts";

const Package = z.object({ name: z.string(), version: z.string(), license: z.string().optional() });

const inPackage = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;
const noticeFile = /^(licen[cs]e|notice|copying)/i;

/**
 * The licences of all npm packages that files were made from: most ask for their text to go along.
 *
 * @param sources paths from the top of the project
 */
export function thirdPartyNotices(sources: readonly string[], project = projectDirectory): string {
  const folders = new Set(sources.flatMap((source) => inPackage.exec(source) ?? []));
  const notices = Array.from(folders, (folder) => noticeOf(join(project, folder)));
  return [...new Set(notices)].sort().join(`\n${"-".repeat(80)}\n\n`);
}

function noticeOf(folder: string): string {
  const { name, version, license } = Package.parse(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")));
  const files = readdirSync(folder).filter((file) => noticeFile.test(file));
  const texts = files.sort().map((file) => `\n${readFileSync(join(folder, file), "utf8").trim()}\n`);
  return `${name} ${version}${license === undefined ? "" : ` (${license})`}\n${texts.join("")}`;
}
