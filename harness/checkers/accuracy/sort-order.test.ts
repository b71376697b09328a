import fc from "fast-check";
import { expect, test } from "vitest";
import { sortOrder } from "./sort-order.ts";

const keys = fc.oneof(
  fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 30 }),
  fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 200, maxLength: 500 }),
  // One far key crowds all others into one span.
  fc
    .array(fc.integer({ min: 0, max: 1_000 }), { minLength: 200, maxLength: 500 })
    .map((values) => [1e9, ...values]),
);

test("sorts stably, whether a few or all are out of order", () => {
  fc.assert(
    fc.property(keys, (values) => {
      const order = Uint32Array.from(values.keys());
      sortOrder(order, values.length, Float64Array.from(values), new Uint32Array(values.length));
      const expected = [...values.keys()].sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b);
      expect([...order]).toEqual(expected);
    }),
  );
});

test("reversed input of a hundred thousand takes no quadratic time", () => {
  const count = 100_000;
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  const descending = Float64Array.from({ length: count }, (_, i) => -i);
  sortOrder(order, count, descending, new Uint32Array(count));
  expect(order[0]).toBe(count - 1);
  expect(order[count - 1]).toBe(0);
});
