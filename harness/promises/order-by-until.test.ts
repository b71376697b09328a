import fc from "fast-check";
import { expect, it } from "vitest";
import { orderByUntil } from "./order-by-until.ts";

it("rows come out in order of the instant they end, ties in the order they came in", () => {
  const nearlySorted = fc
    .array(fc.tuple(fc.nat(20), fc.boolean()), { maxLength: 300 })
    .map((delays) => delays.map(([delay, far], at) => at + delay * (far ? 20 : 1)));
  fc.assert(
    fc.property(fc.oneof(nearlySorted, fc.array(fc.nat(50), { maxLength: 300 })), (ends) => {
      const untilMs = Float64Array.from(ends);
      const rows = Uint32Array.from(ends.keys());
      orderByUntil(rows, rows.length, untilMs, new Uint32Array(rows.length));
      const expected = [...ends.keys()].sort((a, b) => (ends[a] ?? 0) - (ends[b] ?? 0) || a - b);
      expect([...rows]).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});
