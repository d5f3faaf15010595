import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  containsSecret,
  containsUnknown,
  decodeMap,
  encodeMap,
  isMap,
  mapFromPlain,
  markTraces,
  Opaque,
  type PropertyMap,
  type PropertyValue,
  redact,
  revealMap,
  Secret,
  secret,
  secretAs,
  secretMapAs,
  unknown,
} from "../../../tools/provider/values.ts";

const signature = "4dabf18193072939515e22adb298388d";
const unknownOnWire = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const asset = { [signature]: "c44067f5952c0a294b673a41bacd8c17", text: "hello", hash: "1", path: "", uri: "" };

const { map: maps } = fc.letrec<{ value: PropertyValue; map: PropertyMap }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<PropertyValue>(null, true, false, unknown),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string(),
    fc.constant(new Opaque(asset)),
    tie("value").map((value) => new Secret(value)),
    fc.array(tie("value"), { maxLength: 4 }),
    tie("map"),
  ),
  map: fc.dictionary(fc.string(), tie("value"), { maxKeys: 4 }),
}));

describe("codec", () => {
  test("whatever is encoded is decoded as it was, secrets, unknown values, assets and odd keys included", () => {
    fc.assert(
      fc.property(maps, (map) => {
        expect(decodeMap(JSON.parse(JSON.stringify(encodeMap(map))))).toEqual(positive(map));
      }),
    );
  });

  test("revealing removes every secret wrapper and nothing else", () => {
    fc.assert(
      fc.property(maps, (map) => {
        const plain = revealMap(map);
        expect(containsSecret(plain)).toBe(false);
        expect(containsUnknown(plain)).toBe(containsUnknown(map));
        expect(revealMap(plain)).toEqual(plain);
      }),
    );
  });

  test("the signatures are those of the engine", () => {
    const secretOnWire = { [signature]: "1b47061264138c4ac30d75fd1eb44270", value: "s" };
    expect(encodeMap({ a: new Secret("s"), b: unknown, c: new Opaque(asset) })).toEqual({
      a: secretOnWire,
      b: unknownOnWire,
      c: asset,
    });
    expect(decodeMap({ a: secretOnWire })).toEqual({ a: new Secret("s") });
  });

  test("an output value becomes its value, secret or unknown as it says", () => {
    const output = (more: object) => ({ [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", ...more });
    expect(
      decodeMap({
        known: output({ value: [1] }),
        hidden: output({ value: "x", secret: true, dependencies: ["urn:a"] }),
        later: output({}),
        laterAndHidden: output({ secret: true }),
      }),
    ).toEqual({ known: [1], hidden: new Secret("x"), later: unknown, laterAndHidden: new Secret(unknown) });
  });

  test("a secret in a secret is one secret", () => {
    expect(secret(new Secret(new Secret("x"))).value).toBe("x");
  });

  test("an unknown value can't be made part of a text by accident", () => {
    expect(() => `${unknown as unknown as string}`).toThrow("unknown value");
  });

  test("what can't be kept in a state is refused with its path", () => {
    expect(() => mapFromPlain({ a: { b: [new Date()] } })).toThrow("state.a.b[0]: a Date");
    expect(() => mapFromPlain({ a: Number.NaN })).toThrow("state.a: NaN");
    expect(mapFromPlain({ a: undefined, b: 1 })).toEqual({ b: 1 });
  });
});

describe("secretness", () => {
  test("it follows the inputs part by part, and never gets lost where shapes differ", () => {
    const inputs = {
      env: { KEY: new Secret("k"), PLAIN: "p" },
      list: ["a", new Secret("b")],
      all: new Secret({ x: 1 }),
    };
    expect(secretMapAs(inputs, { env: { KEY: "k2", PLAIN: "p" }, list: ["a", "c"], all: { x: 2 }, other: 1 })).toEqual({
      env: { KEY: new Secret("k2"), PLAIN: "p" },
      list: ["a", new Secret("c")],
      all: new Secret({ x: 2 }),
      other: 1,
    });
    expect(secretAs(inputs.list, ["b"])).toEqual(new Secret(["b"]));
    expect(secretAs(inputs.env, { RENAMED: "k" })).toEqual(new Secret({ RENAMED: "k" }));
    expect(secretAs(inputs.env, "KEY=k")).toEqual(new Secret("KEY=k"));
  });

  test("putting secretness back on revealed inputs gives the inputs", () => {
    fc.assert(
      fc.property(maps, (map) => {
        const again = secretMapAs(map, revealMap(map));
        expect(revealMap(again)).toEqual(revealMap(map));
        for (const [key, value] of Object.entries(map)) {
          if (containsSecret(value)) expect(containsSecret(again[key] ?? null)).toBe(true);
        }
      }),
    );
  });

  test("an output in which a secret input appears is secret, short accidents aside", () => {
    const inputs = { password: new Secret("correct horse"), port: new Secret("8080") };
    expect(markTraces(inputs, { url: "http://u:correct horse@h:8080", port: "8080", host: "h" })).toEqual({
      url: new Secret("http://u:correct horse@h:8080"),
      port: "8080",
      host: "h",
    });
  });

  test("a message loses what is secret in it", () => {
    expect(redact('"hunter2" is too short', new Secret("hunter2"))).toBe('"[secret]" is too short');
  });
});

/** JSON has no negative zero. */
function positive(value: PropertyValue): PropertyValue {
  if (value === 0) return 0;
  if (value instanceof Secret) return new Secret(positive(value.value));
  if (Array.isArray(value)) return value.map(positive);
  return isMap(value) ? Object.fromEntries(Object.entries(value).map(([key, part]) => [key, positive(part)])) : value;
}
