import grpc from "@grpc/grpc-js";
import engineRpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import {
  type OperationContext,
  PartialFailure,
  PropertyErrors,
  type Provider,
  type ResourceType,
  Secret,
  startServer,
  UserError,
  unknown,
} from "../../../tools/provider/index.ts";
import { initFailure, ProviderClient } from "./client.ts";

const boxInputs = z.strictObject({
  size: z.int().min(1).default(3),
  label: z.string().optional(),
  zone: z.enum(["a", "b"]).default("a"),
  options: z.strictObject({ color: z.string(), tags: z.array(z.string()).default([]) }).optional(),
  password: z.string().optional(),
});
type BoxInputs = z.infer<typeof boxInputs>;
type BoxState = BoxInputs & { readonly url: string; readonly token: string; readonly serial: number };

const seen: { op: string; inputs?: unknown; state?: unknown; importing?: boolean }[] = [];
const real = new Map<string, BoxState>();

const box: ResourceType<BoxInputs, BoxState> = {
  inputs: boxInputs,
  replaceOn: ["zone"],
  ignore: ["label"],
  deleteBeforeReplace: true,
  computed: ["url", "token", "serial"],
  stable: ["serial"],
  secretOutputs: ["token"],
  check: (inputs, { olds, randomSeed, name }) =>
    inputs.label === "taken"
      ? { failures: [{ property: "label", reason: "is taken" }] }
      : { inputs: { label: olds.label ?? `${name}-${randomSeed.length}`, ...inputs } },
  async create(inputs, { name, log }) {
    seen.push({ op: "create", inputs });
    log.info(`makes ${name}`);
    const state = { ...inputs, url: `https://${inputs.password ?? "none"}@${name}`, token: "t", serial: 1 };
    real.set("id", state);
    return { id: "id", state };
  },
  async update(_id, inputs, { inputs: oldInputs, state }) {
    seen.push({ op: "update", inputs, state: { oldInputs, state } });
    return { ...state, ...inputs };
  },
  async read(id, state, inputs, { importing }) {
    seen.push({ op: "read", inputs, state, importing });
    const found = real.get(id);
    return found === undefined ? undefined : { id, state: found, inputs: { size: found.size, zone: found.zone } };
  },
  async delete(id, state) {
    seen.push({ op: "delete", state });
    real.delete(id);
  },
};

const broken: ResourceType<{ how: string }> = {
  async create({ how }, context) {
    switch (how) {
      case "user":
        throw new UserError("the port 80 is taken; choose another");
      case "half":
        throw new PartialFailure("half-id", { how, pid: 7 }, ["it never answered", "see its log"]);
      case "endless":
        return await endless(context);
      default:
        throw new RangeError("a defect");
    }
  },
};

let loads = 0;
const provider: Provider<{ count?: number | undefined; flags?: readonly string[] | undefined }> = {
  name: "fake",
  version: "1.2.3",
  description: "for tests",
  offline: true,
  config: z.strictObject({ count: z.int().optional(), flags: z.array(z.string()).optional() }),
  configure: (config) => {
    seen.push({ op: "configure", inputs: config });
  },
  resources: {
    "fake:index:Box": box,
    "fake:index:Broken": broken,
    "fake:index:Lazy": async () => {
      loads += 1;
      return { create: async () => ({ id: "lazy", state: {} }) };
    },
  },
  functions: {
    "fake:index:shout": {
      inputs: z.strictObject({ text: z.string() }),
      computed: ["loud"],
      async call({ text }: { text: string }) {
        if (text === "") throw new PropertyErrors([{ property: "text", reason: "is empty" }]);
        return { loud: text.toUpperCase(), text };
      },
    },
  },
  fallback: (token) =>
    /^fake:[\w.]+\/v1:\w+$/.test(token)
      ? { create: async (inputs: object) => ({ id: token, state: { ...inputs, token } }) }
      : undefined,
};

function endless({ signal }: OperationContext): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new UserError("stopped half-way")));
    seen.push({ op: "endless" });
  });
}

const logged: string[] = [];
const engine = new grpc.Server();
let engineAddress: string;
let server: Awaited<ReturnType<typeof startServer>>;
let client: ProviderClient;

beforeAll(async () => {
  engine.addService(engineRpc.EngineService, {
    log(call: { request: InstanceType<typeof enginePb.LogRequest> }, respond: grpc.sendUnaryData<unknown>) {
      logged.push(
        `${call.request.getSeverity()} ${call.request.getUrn().split("::").pop()} ${call.request.getMessage()}`,
      );
      respond(null, new emptyPb.Empty());
    },
    getRootResource: () => {},
    setRootResource: () => {},
    startDebugging: () => {},
    requirePulumiVersion: () => {},
  });
  const port = await new Promise<number>((resolve) => {
    engine.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (_error, bound) => resolve(bound));
  });
  engineAddress = `127.0.0.1:${port}`;
  server = await startServer(provider, { engine: engineAddress });
  client = new ProviderClient(server.port);
});
afterAll(async () => {
  client.close();
  await server.stop();
  engine.forceShutdown();
});
beforeEach(() => {
  seen.length = 0;
  logged.length = 0;
});

const boxType = "fake:index:Box";
const brokenType = "fake:index:Broken";

describe("configuration", () => {
  test("arguments sent as JSON text are read by the schema, the engine's own are left alone", async () => {
    await client.configure({ count: "3", flags: '["a"]', version: "1.2.3" });
    expect(seen).toEqual([{ op: "configure", inputs: { count: 3, flags: ["a"] } }]);
    expect((await client.checkConfig({ count: "many", flags: "[]", nonsense: 1 })).failures).toEqual([
      expect.stringMatching(/^count: .*expected/),
      "nonsense: there is no such argument",
    ]);
  });

  test("an offline provider says so once, where the preview shows it", async () => {
    const own = await startServer(provider, { engine: engineAddress });
    const other = new ProviderClient(own.port);
    await other.configure();
    await other.configure();
    other.close();
    await own.stop();
    expect(logged).toEqual([`${enginePb.LogSeverity.INFO}  OFFLINE PROVIDER: fake 1.2.3: for tests`]);
  });

  test("an argument that isn't known yet is left out", async () => {
    await client.configure({ count: unknown });
    expect(seen).toEqual([{ op: "configure", inputs: {} }]);
  });
});

describe("check", () => {
  test("defaults are filled in, secrets stay secret, and the type's own check comes after", async () => {
    const { inputs, failures } = await client.check(boxType, { password: new Secret("pw"), options: { color: "red" } });
    expect(failures).toEqual([]);
    expect(inputs).toEqual({
      size: 3,
      zone: "a",
      label: "one-0",
      password: new Secret("pw"),
      options: { color: "red", tags: [] },
    });
    expect((await client.check(boxType, { label: "taken" })).failures).toEqual(["label: is taken"]);
    expect((await client.check(boxType, {}, { label: "kept" })).inputs.label).toBe("kept");
  });

  test("all faults come at once; those beneath a property, missing or secret come without the engine's value", async () => {
    const { failures } = await client.check(boxType, {
      size: 0.5,
      options: { tags: "x" },
      password: new Secret(5),
      colour: "red",
    });
    expect(failures).toEqual([
      expect.stringMatching(/^size: .*int/),
      expect.stringMatching(/^: options\.color: /),
      expect.stringMatching(/^: options\.tags: /),
      expect.stringMatching(/^: password: /),
      "colour: there is no such argument",
    ]);
  });

  test("unknown values are no faults, and beside them defaults are still filled in", async () => {
    const news = { size: unknown, options: { color: unknown, tags: ["t"] }, password: new Secret(unknown) };
    expect(await client.check(boxType, news)).toEqual({
      failures: [],
      inputs: { ...news, zone: "a", label: "one-0" },
    });
    expect((await client.check(boxType, { size: unknown, zone: "c" })).failures).toEqual([
      expect.stringMatching(/^zone: /),
    ]);
  });

  test("null is absent", async () => {
    expect((await client.check(boxType, { size: null })).inputs.size).toBe(3);
  });
});

describe("diff", () => {
  test("changes are told one by one, with what replaces", async () => {
    const old = { inputs: { size: 1, zone: "a", label: "x", options: { color: "red" } } };
    expect(await client.diff(boxType, old, { size: 2, zone: "a", label: "y", options: { color: unknown } })).toEqual({
      changed: true,
      replaces: [],
      deleteBeforeReplace: true,
      detailed: { size: "UPDATE", "options.color": "UPDATE" },
    });
    expect(await client.diff(boxType, old, { ...old.inputs, zone: unknown })).toMatchObject({
      replaces: ["zone"],
      detailed: { zone: "UPDATE_REPLACE" },
    });
    expect(await client.diff(boxType, old, { ...old.inputs, label: "z" })).toMatchObject({
      changed: false,
      detailed: {},
    });
  });
});

describe("create and update", () => {
  test("a preview calls nothing, and gives known outputs for known inputs and unknown ones for the rest", async () => {
    const inputs = { size: unknown, zone: "a", password: new Secret("pw") };
    expect(await client.create(boxType, inputs, true)).toEqual({
      id: "",
      state: { ...inputs, url: unknown, token: new Secret(unknown), serial: unknown },
    });
    const old = { inputs: { size: 1, zone: "a" }, state: { size: 1, zone: "a", url: "u", token: "t", serial: 1 } };
    expect(await client.update(boxType, old, { size: unknown, zone: "a" }, true)).toEqual({
      size: unknown,
      zone: "a",
      url: unknown,
      token: new Secret(unknown),
      serial: 1,
    });
    expect(seen).toEqual([]);
  });

  test("create gets plain inputs; what was secret is secret in the state, and so is what holds it", async () => {
    const { id, state } = await client.create(boxType, {
      size: 1,
      zone: "a",
      password: new Secret("correct horse"),
      options: new Secret({ color: "red", tags: [] }),
    });
    const options = { color: "red", tags: [] };
    expect(seen).toEqual([{ op: "create", inputs: { size: 1, zone: "a", password: "correct horse", options } }]);
    expect({ id, state }).toEqual({
      id: "id",
      state: {
        size: 1,
        zone: "a",
        password: new Secret("correct horse"),
        options: new Secret(options),
        url: new Secret("https://correct horse@one"),
        token: new Secret("t"),
        serial: 1,
      },
    });
    expect(logged).toEqual([`${enginePb.LogSeverity.INFO} one makes one`]);
  });

  test("update gets what was before", async () => {
    const old = { inputs: { size: 1, zone: "a" }, state: { size: 1, zone: "a", token: new Secret("t") } };
    const state = await client.update(boxType, old, { size: 2, zone: "a" });
    expect(state).toEqual({ size: 2, zone: "a", token: new Secret("t") });
    expect(seen[0]?.state).toEqual({ oldInputs: old.inputs, state: { size: 1, zone: "a", token: "t" } });
  });

  test("an unknown value never reaches a real create", async () => {
    await expect(client.create(boxType, { size: unknown, zone: "a" })).rejects.toThrow("unknown value");
    expect(seen).toEqual([]);
  });
});

describe("read and delete", () => {
  test("a refresh finds it, or finds it gone; an import starts from nothing", async () => {
    await client.create(boxType, { size: 1, zone: "a", password: new Secret("correct horse") });
    const last = { inputs: { size: new Secret(9), zone: "a" }, state: { size: 9, zone: new Secret("a") } };
    const found = await client.read(boxType, "id", last);
    expect(found.inputs).toEqual({ size: new Secret(1), zone: new Secret("a") });
    expect(found.state).toMatchObject({ size: new Secret(1), token: new Secret("t") });
    expect(seen.at(-1)).toMatchObject({ op: "read", importing: false, inputs: { size: 9, zone: "a" } });
    await client.read(boxType, "id");
    expect(seen.at(-1)).toMatchObject({ importing: true });
    await client.delete(boxType, "id", { size: 1, token: new Secret("t") });
    expect(seen.at(-1)).toEqual({ op: "delete", state: { size: 1, token: "t" } });
    expect((await client.read(boxType, "id", last)).id).toBe("");
  });

  test("without read, a refresh changes nothing and an import is refused", async () => {
    const last = { inputs: { how: "x" }, state: { how: "x", secret: new Secret("s") } };
    expect(await client.read(brokenType, "id", last)).toEqual({ id: "id", ...last });
    await expect(client.read(brokenType, "id")).rejects.toThrow("can't be imported");
  });

  test("what isn't known yet is given back unread", async () => {
    const last = { inputs: { size: unknown }, state: { size: unknown } };
    expect(await client.read(boxType, "id", last)).toEqual({ id: "id", ...last });
    expect(seen).toEqual([]);
  });
});

describe("errors", () => {
  test("a user's error is its message, a defect has a stack", async () => {
    await expect(client.create(brokenType, { how: "user" })).rejects.toMatchObject({
      code: grpc.status.UNKNOWN,
      details: "the port 80 is taken; choose another",
    });
    await expect(client.create(brokenType, { how: "?" })).rejects.toMatchObject({
      code: grpc.status.INTERNAL,
      details: expect.stringMatching(/^defect in the provider fake: RangeError: a defect\n\s+at .*core\.test\.ts/),
    });
  });

  test("what was made half-way is kept", async () => {
    const error = await client.create(brokenType, { how: new Secret("half") }).catch((caught: unknown) => caught);
    expect(initFailure(error)).toEqual({
      type: "pulumirpc.ErrorResourceInitFailed",
      id: "half-id",
      state: { how: new Secret("half"), pid: 7 },
      inputs: { how: new Secret("half") },
      reasons: ["it never answered", "see its log"],
    });
  });

  test("cancelling aborts what is running, and nothing that comes later", async () => {
    const running = client.create(brokenType, { how: "endless" }).catch((error: unknown) => error);
    await expect.poll(() => seen.some(({ op }) => op === "endless")).toBe(true);
    await client.cancel();
    expect(await running).toMatchObject({ details: "stopped half-way" });
    await expect(client.create(boxType, { size: 1, zone: "a" })).resolves.toMatchObject({ id: "id" });
  });

  test("an unknown type and an unknown function are told, an unserved method is UNIMPLEMENTED", async () => {
    await expect(client.create("fake:index:Nope", {})).rejects.toThrow(
      "fake 1.2.3 has no resource type fake:index:Nope",
    );
    await expect(client.create("constructor", {})).rejects.toThrow("no resource type");
    await expect(client.invoke("fake:index:nope", {})).rejects.toThrow("no function fake:index:nope");
    await expect(client.call(client.raw.construct.bind(client.raw), new pb.ConstructRequest())).rejects.toMatchObject({
      code: grpc.status.UNIMPLEMENTED,
      details: "Construct is not implemented by this provider",
    });
  });
});

describe("tables", () => {
  test("a lazy type is loaded once, when it is first needed", async () => {
    expect(loads).toBe(0);
    await Promise.all([client.create("fake:index:Lazy", {}), client.check("fake:index:Lazy", {})]);
    expect(loads).toBe(1);
  });

  test("a fallback serves tokens that no table lists", async () => {
    const token = "fake:apps/v1:Deployment";
    expect(await client.create(token, { a: new Secret(1) })).toEqual({ id: token, state: { a: new Secret(1), token } });
  });

  test("functions: results, faults of arguments, unknown arguments, secrets", async () => {
    const call = (text: Parameters<typeof client.invoke>[1][string]) => client.invoke("fake:index:shout", { text });
    expect(await call("hi")).toEqual({ result: { loud: "HI", text: "hi" }, failures: [] });
    expect((await call("")).failures).toEqual(["text: is empty"]);
    expect((await call(3)).failures).toEqual([expect.stringMatching(/^text: .*string/)]);
    expect((await call(unknown)).result).toEqual({ loud: unknown });
    expect((await call(new Secret("pw"))).result).toEqual({ loud: "PW", text: new Secret("pw") });
  });
});
