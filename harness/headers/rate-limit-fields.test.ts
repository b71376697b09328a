import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rateLimitField, rateLimitPolicyField } from "../../limiter/headers.ts";
import { readRateLimit, readRateLimitPolicy } from "./rate-limit-fields.ts";
import { readStructuredList } from "./structured-list.ts";

describe("RateLimit", () => {
  it.each([
    ["burst;r=5;t=1", "a policy's name is a String in quotes, not a token"],
    ['"burst";t=1', 'r of "burst" is missing'],
    ['"burst";r=1.5', 'r of "burst" is no whole number from 0 on'],
    ['"burst";r=-1', 'r of "burst" is no whole number from 0 on'],
    ['"burst";r="1"', 'r of "burst" is no whole number from 0 on'],
    ['"burst";r=1;t=Infinity', 't of "burst" is no whole number from 0 on'],
    ['"burst;r=1', "no item begins there (column 1)"],
    ['"burst";r=1,', "nothing follows the last comma (column 13)"],
    ['"burst";r=1 "day";r=2', "neither a comma nor a parameter follows the item (column 12)"],
    ['"burst";r=', "the parameter r has no value that can be read (column 10)"],
    ['"burst";R=1', "neither a comma nor a parameter follows the item (column 8)"],
    ['"a";r=1, "a";r=2', '"a" is there twice'],
    ["", "a list is never empty"],
  ])("%j is malformed: %s", (text, mistake) => {
    expect(readRateLimit(text)).toEqual({ mistake });
  });

  it("of an older draft is another field, not a wrong one", () => {
    expect(readRateLimit("limit=100, remaining=5, reset=3")).toEqual({ isOlderDraft: true });
    expect(readRateLimitPolicy("100;w=60")).toEqual({ isOlderDraft: true });
  });

  it("is read back as the limiter writes it, whatever the policies are called", () => {
    const name = fc.stringMatching(/^[ -~]{0,12}$/);
    const quota = fc.record({
      policy: name,
      remaining: fc.nat(),
      retryAfterMs: fc.constant(0),
      resetMs: fc.integer({ min: 1, max: 1e9 }),
    });
    const quotas = fc.uniqueArray(quota, { minLength: 1, selector: ({ policy }) => policy });
    fc.assert(
      fc.property(quotas, (all) => {
        expect(readRateLimit(rateLimitField(all))).toEqual({
          items: all.map(({ policy, remaining, resetMs }) => ({
            name: policy,
            numbers: new Map([
              ["r", remaining],
              ["t", Math.ceil(resetMs / 1_000)],
            ]),
          })),
        });
        const policies = all.map((one) => ({ name: one.policy, limit: one.remaining + 1, windowMs: 2_000 }));
        expect(readRateLimitPolicy(rateLimitPolicyField(policies))).toMatchObject({
          items: policies.map((policy) => ({ name: policy.name })),
        });
      }),
    );
  });

  it("is read without throwing, whatever it is", () => {
    const piece = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom('"a"', ";r=1", ",", ";", "?1", ":aGk=:", "@1"),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join("");
        const list = readStructuredList(text);
        if ("mistake" in list) expect(list.column).toBeLessThanOrEqual(text.length + 1);
        readRateLimit(text);
      }),
      { numRuns: 1_000 },
    );
  });
});
