import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { obeyedWait } from "./obeyed-wait.ts";
import { readRetryAfter, toldWait } from "./told-wait.ts";

const answeredMs = Date.UTC(2027, 11, 31, 23, 59, 0);
const dateOf = (ms: number): string => new Date(ms).toUTCString();

it.each([
  ["0", { waitMs: 0 }],
  ["120", { waitMs: 120_000 }],
  ["Fri, 31 Dec 2027 23:59:59 GMT", { kind: "date", waitMs: 59_000 }],
  ["Sun, 06 Nov 1994 08:49:37 GMT", { waitMs: Date.UTC(1994, 10, 6, 8, 49, 37) - answeredMs }],
])("Retry-After: %s", (text, wait) => {
  expect(readRetryAfter(text, answeredMs)).toMatchObject({ wait });
});

it.each(["1.5", "-1", "soon", "", "Fri, 31 Dec 2027 25:00:00 GMT", "2027-12-31T23:59:59Z"])(
  "Retry-After: %s is neither",
  (text) => {
    expect(readRetryAfter(text, answeredMs)).toEqual({
      mistake: `${JSON.stringify(text)} is neither whole seconds nor a date`,
    });
  },
);

it("Retry-After is read without throwing, whatever it is", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void readRetryAfter(text, 0)));
});

describe("a date in Retry-After", () => {
  const fields = { "retry-after": dateOf(answeredMs + 5_000) };

  it("is held against the Date of its answer, and without one against our clock", () => {
    expect(toldWait({ fields: { ...fields, date: dateOf(answeredMs) } })).toMatchObject({ waitMs: 5_000 });
    const byBoth = { fields: { ...fields, date: dateOf(answeredMs) }, ourClockMs: 0 };
    expect(toldWait(byBoth)).toMatchObject({ waitMs: 5_000 });
    expect(toldWait({ fields, ourClockMs: answeredMs + 900 })).toMatchObject({ waitMs: 4_100 });
    expect(toldWait({ fields })).toBeNull();
  });

  it("is true of whoever rounds both to seconds, up or down", () => {
    const round = fc.constantFrom(Math.floor, Math.round, Math.ceil);
    fc.assert(
      fc.property(fc.nat(9_000), fc.nat(999), round, round, (trueMs, fractionMs, one, other) => {
        const nowMs = answeredMs + fractionMs;
        const seconds = (ms: number, rounds: (value: number) => number): string =>
          dateOf(1_000 * rounds(ms / 1_000));
        const said = { "retry-after": seconds(nowMs + trueMs, one), date: seconds(nowMs, other) };
        const wait = toldWait({ fields: said });
        if (wait === null) throw new Error("it was not read");
        expect(trueMs).toBeGreaterThan(wait.waitMs - wait.soonerMs);
        expect(trueMs).toBeLessThan(wait.waitMs + wait.laterMs);
      }),
    );
  });
});

describe("who does as he is told", () => {
  it("waits for seconds and until dates, comes at once where they have passed, and half a second if told nothing", () => {
    const waits = [
      { fields: { "retry-after": "3" } },
      { fields: { "retry-after": dateOf(answeredMs + 4_000), date: dateOf(answeredMs) } },
      { fields: { "retry-after": dateOf(0), date: dateOf(answeredMs) } },
      { fields: {} },
      { fields: { "retry-after": "10000" } },
    ].map(obeyedWait);
    expect(waits).toEqual([
      { waitMs: 3_000, earlyMs: 1_000 },
      { waitMs: 4_000, earlyMs: 1_000 },
      { waitMs: 0, earlyMs: 0 },
      { waitMs: 500, earlyMs: 0 },
      { waitMs: 500, earlyMs: 0 },
    ]);
  });
});
