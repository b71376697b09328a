import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decode } from "./decode.ts";
import { type Json, JsonError, readJson } from "./read-json.ts";
import { writeJson } from "./write-json.ts";

function plain(json: Json): unknown {
  switch (json.kind) {
    case "null":
      return null;
    case "number":
      return Number(json.literal);
    case "array":
      return json.items.map(plain);
    case "object":
      return Object.fromEntries(json.entries.map(([name, value]) => [name, plain(value)]));
    default:
      return json.value;
  }
}

describe("readJson", () => {
  it("reads what JSON.parse reads, and ignores what follows", () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom("", "  ", "\n{", " x"), (text, rest) => {
        expect(plain(readJson(text + rest))).toEqual(JSON.parse(text));
      }),
    );
  });

  it("fails on any text with a JsonError, or reads a value", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json().chain((text) => fc.nat(text.length).map((at) => text.slice(0, at))),
        ),
        (text) => {
          try {
            readJson(text);
          } catch (error) {
            expect(error).toMatchObject({ code: "TOXIPROXY_JSON" });
          }
        },
      ),
    );
  });

  it("refuses what is nested too deeply", () => {
    expect(() => readJson("[".repeat(100_000))).toThrow("exceeded max depth");
  });

  it.each([
    ["", "EOF"],
    ["  ", "EOF"],
    ['{"a"', "unexpected EOF"],
    ["nope", "invalid character 'o' in literal null (expecting 'u')"],
    ["'", "invalid character '\\'' looking for beginning of value"],
    ["{a}", "invalid character 'a' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b"}', "invalid character '\"' after object key:value pair"],
    ["[1 2]", "invalid character '2' after array element"],
    ['"\\x"', "invalid character 'x' in string escape code"],
    ["NaN", "invalid character 'N' looking for beginning of value"],
    ["1.x", "invalid character 'x' after decimal point in numeric literal"],
  ])("says of %j: %s", (text, message) => {
    expect(() => readJson(text)).toThrow(new JsonError(message));
  });
});

describe("decode", () => {
  const shape = {
    type: "toxics.LatencyToxic",
    structure: "LatencyToxic",
    prefix: "attributes.",
    fields: { latency: "int64", name: "string" },
  } as const;

  it("takes names in any case, the last of a name, and nothing for null", () => {
    expect(decode(readJson('{"LATENCY":1,"Latency":2,"name":null,"other":[]}'), shape)).toEqual({
      latency: 2n,
    });
  });

  it.each([
    ['{"latency":1.5}', "number 1.5 into Go struct field LatencyToxic.attributes.latency of type int64"],
    ['{"latency":1e3}', "number 1e3 into Go struct field LatencyToxic.attributes.latency of type int64"],
    [
      '{"latency":9223372036854775808}',
      "number 9223372036854775808 into Go struct field LatencyToxic.attributes.latency of type int64",
    ],
    ['{"latency":"5"}', "string into Go struct field LatencyToxic.attributes.latency of type int64"],
    ['{"name":5}', "number into Go struct field LatencyToxic.attributes.name of type string"],
    ["[]", "array into Go value of type toxics.LatencyToxic"],
  ])("refuses %s", (text, message) => {
    expect(() => decode(readJson(text), shape)).toThrow(new JsonError(`json: cannot unmarshal ${message}`));
  });
});

describe("writeJson", () => {
  it("writes what JSON.parse reads", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.boolean())), (value) => {
        expect(JSON.parse(writeJson(value))).toEqual(value);
      }),
    );
  });

  it("writes a number of 32 bits in as few digits as it needs", () => {
    expect(writeJson([Math.fround(0.1), 1, 2.5, -1, Math.fround(0.3)])).toBe("[0.1,1,2.5,-1,0.3]");
  });

  it("keeps every digit of a bigint, and nothing that HTML knows", () => {
    expect(writeJson({ "<&>": 9223372036854775807n })).toBe('{"\\u003c\\u0026\\u003e":9223372036854775807}');
  });
});
