import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { listMutants, listVariants } from "../harness/cli/catalogue.ts";
import { Refusal } from "../harness/refusal.ts";
import { declaredPromises, fallbackNames, promiseNames } from "../harness/targets/declared-promises.ts";
import { resultText } from "./json.ts";
import { parseResult, resultJsonSchema } from "./result-schema.ts";
import { guiltyRun, hostileRun, inconclusiveRun, outageRun, sampleRun } from "./sample-run.ts";

const outage = outageRun().result;
const results = {
  sample: sampleRun().result,
  guilty: guiltyRun().result,
  inconclusive: inconclusiveRun().result,
  hostile: hostileRun().result,
  outage,
  clockWasSet: {
    ...outage,
    faults: outage.faults.map((fault) => ({ ...fault, clockStepMs: -10_000 })),
    promises: outage.promises.map((promises) => ({ ...promises, outlastsStepBackMs: 2_000 })),
  },
};

describe("result.json", async () => {
  const variants = await listVariants();
  const wrong = (await listMutants()).map(({ name, thing }) => ({
    name,
    thing: thing.variant({ bug: true }),
  }));

  it("has a published schema that is up to date", () => {
    expect(readFileSync(new URL("result.schema.json", import.meta.url), "utf8")).toBe(resultJsonSchema());
  });

  const validate = new Ajv2020({ strict: true, allErrors: true }).compile(JSON.parse(resultJsonSchema()));

  it.each(Object.entries(results))("is valid under its schema and reads back as it was: %s", (_, result) => {
    const text = resultText(result);
    expect(validate(JSON.parse(text)), JSON.stringify(validate.errors)).toBe(true);
    expect(parseResult(text)).toEqual(result);
  });

  const declarations = fc.record(
    {
      promise: fc.constantFrom(...promiseNames),
      fallback: fc.constantFrom(null, ...fallbackNames),
      clockIsUnread: fc.boolean(),
      independent: fc.constantFrom(1, 3),
      resolutionMs: fc.constantFrom(1, 1_000),
      deniedConsumes: fc.boolean(),
      returnsWithinMs: fc.constantFrom(100, 5_000),
      addsAtMostMs: fc.constantFrom(0, 20),
    },
    { requiredKeys: ["promise", "fallback", "clockIsUnread"] },
  );

  it("can hold whatever a limiter may be declared to promise", () => {
    fc.assert(
      fc.property(declarations, (declaration) => {
        const promises = results.sample.policies.map(declaredPromises(declaration));
        expect(parseResult(resultText({ ...results.sample, promises })).promises).toEqual(promises);
      }),
    );
  });

  it.each([...variants, ...wrong])("can hold what is promised by $name", ({ thing }) => {
    const promises = results.sample.policies.map(thing.promises);
    expect(parseResult(resultText({ ...results.sample, promises })).promises).toEqual(promises);
  });

  it("spells out what JSON has no number for", () => {
    expect(resultText(results.inconclusive)).toContain('"atMost": "Infinity"');
    expect(parseResult(resultText(results.inconclusive)).accuracy?.wronglyAllowedShare.atMost).toBe(Infinity);
  });

  it("writes the rows of a witness on one line", () => {
    expect(resultText(results.guilty).split("\n").length).toBeLessThan(500);
  });

  it.each([
    ["", "not JSON"],
    [resultText(results.sample).slice(0, 900), "not JSON"],
    ["{}", "schemaVersion"],
    [resultText(results.sample).replace('"schemaVersion": 1', '"schemaVersion": 2'), "schemaVersion"],
    [resultText(results.sample).replace('"verdict": "pass"', '"verdict": "fine"'), "verdict"],
  ])("refuses what is no result in one sentence", (text, word) => {
    expect(() => parseResult(text)).toThrow(Refusal);
    expect(() => parseResult(text)).toThrow(word);
  });
});
