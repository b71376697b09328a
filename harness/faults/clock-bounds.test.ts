import fc from "fast-check";
import { expect, it } from "vitest";
import { aheadBounds, hasJumped, isBack, jumpWords } from "./clock-bounds.ts";

const delay = fc.double({ min: 0, max: 500, noNaN: true });
const ahead = fc.double({ min: -1e7, max: 1e7, noNaN: true });
const reading = fc.record({
  startMs: fc.double({ min: 1.7e12, max: 1.8e12, noNaN: true }),
  there: delay,
  back: delay,
});

/** One reading of a clock that is ahead, by a machine whose Date.now() rounds down. */
function read(aheadMs: number, { startMs, there, back }: { startMs: number; there: number; back: number }) {
  const shownMs = startMs + there + aheadMs;
  return aheadBounds(shownMs, Math.floor(startMs), Math.floor(startMs + there + back));
}

it("whatever delays a reading, the bounds hold the truth", () => {
  fc.assert(
    fc.property(ahead, reading, (aheadMs, at) => {
      const { atLeastMs, atMostMs } = read(aheadMs, at);
      expect(atLeastMs).toBeLessThanOrEqual(aheadMs + 0.01);
      expect(atMostMs).toBeGreaterThanOrEqual(aheadMs - 0.01);
    }),
  );
});

it("a jump that is longer than both readings is seen, and one that did not happen never is", () => {
  fc.assert(
    fc.property(ahead, ahead, reading, reading, (usualMs, jumpMs, first, second) => {
      const before = read(usualMs, first);
      const now = read(usualMs + jumpMs, second);
      const widthsMs = before.atMostMs - before.atLeastMs + (now.atMostMs - now.atLeastMs);
      if (Math.abs(jumpMs) > widthsMs) expect(hasJumped(before, now, jumpMs)).toBe(true);
      const still = read(usualMs, second);
      expect(hasJumped(before, still, jumpMs)).toBe(false);
      expect(isBack(before, still)).toBe(true);
    }),
  );
});

it("a jump by another length is another jump", () => {
  const before = { atLeastMs: -1, atMostMs: 1 };
  const now = { atLeastMs: 4_999, atMostMs: 5_001 };
  expect(hasJumped(before, now, 5_000)).toBe(true);
  expect(hasJumped(before, now, 9_000)).toBe(false);
  expect(hasJumped(before, now, -5_000)).toBe(false);
  expect(isBack(before, now)).toBe(false);
});

it("a legend says which way", () => {
  expect([3_600_000, -500].map(jumpWords)).toEqual(["ahead by 3600 s", "back by 0.5 s"]);
});
