import fc from "fast-check";
import { expect, test } from "vitest";
import { asTriple, combine } from "./triple-arithmetic.ts";

const bounds = fc
  .tuple(fc.integer({ min: -6, max: 6 }), fc.nat(5), fc.nat(5))
  .map(([proved, a, b]) => ({ proved, estimate: proved + a, atMost: proved + a + b }));

test("the result encloses that of every two values within the bounds", () => {
  fc.assert(
    fc.property(
      bounds,
      bounds,
      fc.constantFrom("+" as const, "-" as const, "*" as const, "/" as const),
      (a, b, op) => {
        const combined = combine(op, a, b);
        if (combined === null) {
          expect(op).toBe("/");
          return;
        }
        const { proved, estimate, atMost } = asTriple(combined);
        for (let x = a.proved; x <= a.atMost; x++)
          for (let y = b.proved; y <= b.atMost; y++) {
            const value = combine(op, x, y);
            expect(value).toBeGreaterThanOrEqual(proved);
            expect(value).toBeLessThanOrEqual(atMost);
          }
        expect(estimate).toBe(combine(op, a.estimate, b.estimate));
      },
    ),
  );
});

test("nothing is divided by what may be zero", () => {
  expect(combine("/", 1, 0)).toBeNull();
  expect(combine("/", 1, { proved: -1, estimate: 1, atMost: 2 })).toBeNull();
  expect(combine("/", 6, 3)).toBe(2);
});
