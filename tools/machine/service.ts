import { type Found, find, type Status, status } from "../../runtime/supervisor/client.ts";
import {
  containsUnknown,
  type Diff,
  type PropertyChange,
  type PropertyMap,
  type ResourceType,
  reveal,
  UserError,
  unknown,
} from "../provider/index.ts";
import { bringIntoService, takeDown } from "./deployment.ts";
import { type Inputs, inputs, type Versioned, versionedInputs, versionOf } from "./service-inputs.ts";

interface State {
  readonly name: string;
  readonly directory: string;
  readonly listen: Inputs["listen"];
  readonly drainSeconds: number;
  readonly supervisor: { readonly sha256: string };
  /** Of the supervisor. */
  readonly pid: number;
  readonly address: string;
  readonly version: string;
}

/** A bundled Node program as a supervised process of this machine; see infra/machine for what it promises. */
export const service: ResourceType<Inputs, State> = {
  inputs,
  replaceOn: ["directory"],
  // Two can't listen on the same port.
  deleteBeforeReplace: true,
  ignore: ["bundle.path", "supervisor.path"],

  async diff({ oldState, newInputs, structural }): Promise<Diff> {
    if (structural.changes.some(({ replace }) => replace)) return structural;
    const found = await find(String(oldState.directory));
    const changes: PropertyChange[] = [...structural.changes];
    const drift = (path: string): void => void changes.push({ path, kind: "update", replace: false, input: false });
    if (found.state !== "running" || found.pid !== oldState.pid) drift("pid");
    const version = plannedVersion(newInputs);
    if (structural.changes.length === 0 && version !== unknown && version !== oldState.version) drift("version");
    return { ...structural, changes };
  },

  async planned(given, { state }) {
    const { name = unknown, directory = unknown, listen = unknown, drainSeconds = unknown } = given;
    const supervisor = property(given.supervisor, "sha256");
    return {
      name,
      directory,
      listen,
      drainSeconds,
      supervisor: { sha256: supervisor },
      pid: (await keepsProcess(state, supervisor)) ? (state?.pid ?? unknown) : unknown,
      address: plannedAddress(given),
      version: plannedVersion(given),
    };
  },

  async create(given, { signal, log }) {
    const deployed = await bringIntoService(given, { signal, log, fresh: (now) => stateOf(given, now) });
    return { id: given.directory, state: stateOf(given, deployed) };
  },

  async update(_id, given, _before, { signal, log }) {
    return stateOf(given, await bringIntoService(given, { signal, log }));
  },

  async read(id, state, _inputs, { importing, log }) {
    const { directory, name } = state;
    if (importing || directory === undefined || name === undefined) {
      throw new UserError("a service can't be imported; a create takes over one that runs in its directory");
    }
    const found = await find(directory);
    if (found.state !== "running") {
      log.warn(`${name} does not run: ${absence(found)}; the next up starts it again`);
      return undefined;
    }
    const now = await status(directory).catch((error: Error) => {
      log.warn(`${name} runs as pid ${found.pid}, but ${error.message}`);
    });
    const seen = now === undefined ? {} : { version: now.version, ...addressIn(now) };
    return { id, state: { ...(state as State), pid: found.pid, ...seen } };
  },

  async delete(_id, { directory, drainSeconds }) {
    await takeDown(directory, drainSeconds);
  },
};

function stateOf(given: Inputs, now: Status): State {
  const { name, directory, listen, drainSeconds, supervisor } = given;
  return {
    name,
    directory,
    listen,
    drainSeconds,
    supervisor: { sha256: supervisor.sha256 },
    pid: now.pid,
    address: formatAddress(listen),
    version: now.version,
    ...addressIn(now),
  };
}

function addressIn({ address }: Status): { address?: string } {
  return address === undefined ? {} : { address: formatAddress(address) };
}

function formatAddress({ host, port }: Inputs["listen"]): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function absence(found: Exclude<Found, { state: "running" }>): string {
  switch (found.state) {
    case "dead":
      return `its process, pid ${found.pid}, is gone`;
    case "foreign":
      return `its process is gone, and pid ${found.pid} is now that of another`;
    case "absent":
      return "it was stopped";
  }
}

function property(map: PropertyMap[string] | undefined, name: string): PropertyMap[string] {
  const plain = reveal(map ?? unknown);
  const value = typeof plain === "object" && plain !== null && name in plain ? (plain as PropertyMap)[name] : undefined;
  return value ?? unknown;
}

function plannedAddress(given: PropertyMap): PropertyMap[string] {
  const host = property(given.listen, "host");
  const port = property(given.listen, "port");
  return typeof host === "string" && typeof port === "number" && port > 0 ? formatAddress({ host, port }) : unknown;
}

function plannedVersion(given: PropertyMap): PropertyMap[string] {
  const parts = Object.fromEntries(versionedInputs.map((name) => [name, given[name] ?? null]));
  if (containsUnknown(parts)) return unknown;
  const { secretsVersion, ...rest } = reveal(parts) as unknown as Versioned;
  return versionOf(typeof secretsVersion === "string" ? { ...rest, secretsVersion } : rest);
}

/** Whether an update exchanges beneath the same supervisor. */
async function keepsProcess(state: PropertyMap | undefined, supervisor: PropertyMap[string]): Promise<boolean> {
  if (state === undefined || property(state.supervisor, "sha256") !== supervisor) return false;
  const found = await find(String(state.directory));
  return found.state === "running" && found.pid === state.pid;
}
